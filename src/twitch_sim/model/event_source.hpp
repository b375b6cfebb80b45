#pragma once

#include "twitch_sim/model/channel.hpp"
#include "twitch_sim/model/clock.hpp"
#include "twitch_sim/model/event.hpp"
#include "twitch_sim/model/ids.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twitch_sim {

// What happens in the channels: makes up believable events, key for key as captured ones.
class EventSource {
public:
    // `ids` outlives this. At least one channel.
    EventSource(unsigned channels, Clock clock, Ids& ids);

    // What comes next somewhere: nine times in ten a chat line.
    [[nodiscard]] Event make_any(TimePoint now);

    struct Wishes {
        EventType type = EventType::chat_message;
        std::optional<std::string> broadcaster_user_id;  // any channel when not given
        std::optional<std::string> text;                 // of a chat message
        std::size_t pad_bytes = 0;  // so many bytes more, in a field that Twitch does not have
    };
    [[nodiscard]] Event make(const Wishes& wishes, TimePoint now);

private:
    // What a reply refers to.
    struct Said {
        std::string message_id;
        std::string text;
        std::size_t chatter;  // position in the cast
    };

    struct Broadcaster {
        Channel channel;
        std::string members;  // as every event names it
    };

    [[nodiscard]] static Broadcaster make_broadcaster(Channel channel);
    [[nodiscard]] std::string make_json(const Wishes& wishes, const Broadcaster& broadcaster,
                                        TimePoint now);
    [[nodiscard]] std::string chat_message(const Broadcaster& broadcaster, std::string_view line);
    [[nodiscard]] std::string stream_online(const Broadcaster& broadcaster, TimePoint now);
    [[nodiscard]] std::string follow(const Broadcaster& broadcaster, TimePoint now);
    [[nodiscard]] std::string redemption(const Broadcaster& broadcaster, TimePoint now);

    // Channels beyond these have no replies.
    static constexpr std::size_t conversations_max = 10'000;

    Clock clock_;
    Ids& ids_;
    std::vector<Broadcaster> broadcasters_;
    std::map<std::string, Said, std::less<>> last_said_;  // by channel id
};

}  // namespace twitch_sim
