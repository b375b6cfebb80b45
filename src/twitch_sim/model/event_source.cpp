#include "twitch_sim/model/event_source.hpp"

#include "twitch_sim/model/cast.hpp"
#include "twitch_sim/model/chat_text.hpp"
#include "twitch_sim/model/frames.hpp"
#include "twitch_sim/model/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace twitch_sim {
namespace {

std::string user(const Chatter& chatter) {
    return fmt::format(R"("user_id":"{}","user_login":"{}","user_name":"{}")", chatter.id,
                       chatter.login, chatter.name);
}

}  // namespace

EventSource::EventSource(unsigned channels, Clock clock, Ids& ids) : clock_(clock), ids_(ids) {
    for (unsigned i = 0; i < std::max(1u, channels); ++i) {
        broadcasters_.push_back(make_broadcaster(make_channel(i)));
    }
}

EventSource::Broadcaster EventSource::make_broadcaster(Channel channel) {
    auto members = join({R"("broadcaster_user_id":)", wire_string(channel.id),
                         R"(,"broadcaster_user_login":)", wire_string(channel.login),
                         R"(,"broadcaster_user_name":)", wire_string(channel.name)});
    return {std::move(channel), std::move(members)};
}

Event EventSource::make_any(TimePoint now) {
    const auto roll = ids_.below(100);
    Wishes wishes;
    if (roll >= 97) {
        wishes.type = EventType::redemption;
    } else if (roll >= 92) {
        wishes.type = EventType::follow;
    } else if (roll >= 90) {
        wishes.type = EventType::stream_online;
    }
    return make(wishes, now);
}

Event EventSource::make(const Wishes& wishes, TimePoint now) {
    std::optional<Broadcaster> chosen;
    if (wishes.broadcaster_user_id) {
        chosen = make_broadcaster(make_channel_with_id(*wishes.broadcaster_user_id));
    }
    const Broadcaster& broadcaster =
        chosen ? *chosen : broadcasters_[ids_.below(broadcasters_.size())];
    Event event{wishes.type, broadcaster.channel.id, make_json(wishes, broadcaster, now)};
    if (wishes.pad_bytes > 0) {
        event.json.pop_back();
        event.json += R"(,"padding":")" + std::string(wishes.pad_bytes, 'x') + "\"}";
    }
    return event;
}

std::string EventSource::make_json(const Wishes& wishes, const Broadcaster& broadcaster,
                                   TimePoint now) {
    switch (wishes.type) {
        case EventType::chat_message: {
            const auto lines = chat_lines();
            return chat_message(broadcaster,
                                wishes.text ? *wishes.text : lines[ids_.below(lines.size())]);
        }
        case EventType::stream_online:
            return stream_online(broadcaster, now);
        case EventType::follow:
            return follow(broadcaster, now);
        case EventType::redemption:
            return redemption(broadcaster, now);
    }
    return {};
}

std::string EventSource::chat_message(const Broadcaster& broadcaster, std::string_view line) {
    const auto cast = chatters();
    const auto position = ids_.below(cast.size());
    const Chatter& chatter = cast[position];
    const ChatText chat = make_chat_text(line, broadcaster.channel);
    Said said{ids_.make_uuid(), chat.text, position};

    std::string reply = "null";
    const auto earlier = last_said_.find(broadcaster.channel.id);
    if (earlier != last_said_.end() && ids_.below(8) == 0) {
        const Said& parent = earlier->second;
        const Chatter& author = cast[parent.chatter];
        reply = fmt::format(
            R"({{"parent_message_id":"{0}","parent_message_body":{1},"parent_user_id":"{2}",)"
            R"("parent_user_name":"{3}","parent_user_login":"{4}","thread_message_id":"{0}",)"
            R"("thread_user_id":"{2}","thread_user_name":"{3}","thread_user_login":"{4}"}})",
            parent.message_id, wire_string(parent.text), author.id, author.name, author.login);
    }
    const auto cheer = chat.bits > 0 ? fmt::format(R"({{"bits":{}}})", chat.bits) : "null";
    auto json = fmt::format(
        R"({{{},"source_broadcaster_user_id":null,"source_broadcaster_user_login":null,)"
        R"("source_broadcaster_user_name":null,"chatter_user_id":"{}","chatter_user_login":"{}",)"
        R"("chatter_user_name":"{}","message_id":"{}","source_message_id":null,)"
        R"("is_source_only":null,"message":{{"text":{},"fragments":{}}},"color":"{}",)"
        R"("badges":{},"source_badges":null,"message_type":"text","cheer":{},"reply":{},)"
        R"("channel_points_custom_reward_id":null,"channel_points_animation_id":null}})",
        broadcaster.members, chatter.id, chatter.login, chatter.name, said.message_id,
        wire_string(chat.text), chat.fragments, chatter.color, chatter.badges, cheer, reply);
    if (earlier != last_said_.end() || last_said_.size() < conversations_max) {
        last_said_.insert_or_assign(broadcaster.channel.id, std::move(said));
    }
    return json;
}

std::string EventSource::stream_online(const Broadcaster& broadcaster, TimePoint now) {
    const auto started = clock_.wall(now) - std::chrono::seconds(5);
    const auto id = std::to_string(40'000'000'000 + ids_.below(1'000'000'000));
    return join({R"({"id":")", id, R"(",)", broadcaster.members, R"(,"type":"live","started_at":")",
                 timestamp_seconds(started), R"("})"});
}

std::string EventSource::follow(const Broadcaster& broadcaster, TimePoint now) {
    const auto& follower = chatters()[ids_.below(chatters().size())];
    return fmt::format(R"({{{},{},"followed_at":"{}"}})", user(follower), broadcaster.members,
                       timestamp(clock_.wall(now)));
}

std::string EventSource::redemption(const Broadcaster& broadcaster, TimePoint now) {
    const auto& viewer = chatters()[ids_.below(chatters().size())];
    return fmt::format(
        R"({{"id":"{}",{},{},"user_input":{},"status":"unfulfilled",)"
        R"("reward":{{"id":"c3b0a8d4-2f9c-4c55-9a39-7f3f0f4d7b20","title":"Pick a song",)"
        R"("cost":750,"prompt":"Name one song"}},"redeemed_at":"{}"}})",
        ids_.make_uuid(), broadcaster.members, user(viewer),
        wire_string(wishes()[ids_.below(wishes().size())]), timestamp(clock_.wall(now)));
}

}  // namespace twitch_sim
