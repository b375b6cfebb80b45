#!/bin/sh
# Chat as text, a message a line. From stdout, or from a socket:
#
#     conduitd | chat.sh
#     chat.sh /run/conduitd/events-auto.sock
set -eu

lines() {
    if [ $# -eq 0 ]; then
        cat
    elif command -v socat >/dev/null; then
        socat -u "UNIX-CONNECT:$1" STDOUT
    else
        nc -U "$1" </dev/null  # that of OpenBSD
    fi
}

lines "$@" | jq --raw-output --unbuffered '
    select(.metadata.subscription_type == "channel.chat.message")
    | .payload.event
    | "#\(.broadcaster_user_login) \(.chatter_user_name): \(.message.text)"'
