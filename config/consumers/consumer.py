#!/usr/bin/env python3
"""Takes events from conduitd and acks each: consumer.py [SOCKET]

What is not acked comes again, whichever of the two processes ends. So an event may come twice when
this one ends between handle() and the ack: where that matters, remember message ids.
"""
import json
import socket
import sys
import time


def handle(line):
    """Yours. When it returns, the event is never sent again."""
    print(line["metadata"]["message_type"], json.dumps(line["payload"].get("event")), flush=True)


def consume(path):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        client.sendall(b'{"hello":{"consumer":"example-python","ack":true}}\n')
        for text in client.makefile("rb"):
            line = json.loads(text)
            if "hello" in line:
                continue  # the answer to ours
            if line["metadata"]["message_type"] in ("conduitd.error", "conduitd.replaced"):
                sys.exit(json.dumps(line["payload"]))
            handle(line)
            if "seq" in line:
                client.sendall(b'{"ack":%d}\n' % line["seq"])


while True:
    try:
        consume(sys.argv[1] if len(sys.argv) > 1 else "/run/conduitd/events-auto.sock")
    except OSError as error:
        print(error, file=sys.stderr)
    time.sleep(1)
