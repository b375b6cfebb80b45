#pragma once

#include <string>
#include <string_view>

namespace conduitd {

// Frames in the shape that captured ones have; the data is invented.
inline constexpr std::string_view welcome_frame =
    R"({"metadata":{"message_id":"ee5fbbc6-10c3-44da-9252-8a2fc6c8c27b","message_type":"session_welcome","message_timestamp":"2026-03-04T05:06:07.412345678Z"},"payload":{"session":{"id":"AgoQWPlR_jgbGJ1wk7n705OSOBIGY2VsbC1h","status":"connected","connected_at":"2026-03-04T05:06:07.409876543Z","keepalive_timeout_seconds":30,"reconnect_url":null,"recovery_url":null}}})";

inline constexpr std::string_view keepalive_frame =
    R"({"metadata":{"message_id":"4bbff35d-5a20-426a-b948-bf77db316dd5","message_type":"session_keepalive","message_timestamp":"2026-03-04T05:06:17.409812345Z"},"payload":{}})";

inline constexpr std::string_view notification_frame =
    R"({"metadata":{"message_id":"uSnsZewat0JuUuJaWhI4C1fy1inZLEmeAsOoRc9mHGw=","message_type":"notification","message_timestamp":"2026-03-04T18:00:03.11022033Z","subscription_type":"stream.online","subscription_version":"1"},"payload":{"subscription":{"id":"0a75387f-9e26-4d9f-9da9-eb218fe05e9f","status":"enabled","type":"stream.online","version":"1","condition":{"broadcaster_user_id":"700100200"},"transport":{"method":"conduit","conduit_id":"3f6d2c1a-8b4e-4d7a-9c50-1e2f3a4b5c6d"},"created_at":"2026-03-04T05:00:00.223456789Z","cost":0},"event":{"id":"40112233445","broadcaster_user_id":"700100200","broadcaster_user_login":"lanternfox","broadcaster_user_name":"LanternFox","type":"live","started_at":"2026-03-04T17:59:58Z"}}})";

inline constexpr std::string_view revocation_frame =
    R"({"metadata":{"message_id":"0d4f2a52-7f0a-4f0b-9a7c-6a0e4f4f5b6c","message_type":"revocation","message_timestamp":"2026-03-05T01:02:03.04050607Z","subscription_type":"channel.follow","subscription_version":"2"},"payload":{"subscription":{"id":"7bfa1637-4b45-49ec-90a0-37038cd5b795","status":"authorization_revoked","type":"channel.follow","version":"2"}}})";

inline constexpr std::string_view reconnect_frame =
    R"({"metadata":{"message_id":"c1f0b7d2-5e8a-4c43-9b1e-70d2a6f4e9aa","message_type":"session_reconnect","message_timestamp":"2026-03-05T04:06:07.400000001Z"},"payload":{"session":{"id":"AgoQWPlR_jgbGJ1wk7n705OSOBIGY2VsbC1h","status":"reconnecting","connected_at":"2026-03-04T05:06:07.409876543Z","keepalive_timeout_seconds":null,"reconnect_url":"wss://cell-a.eventsub.wss.twitch.tv/ws?challenge=a1b2c3d4-1111-4222-8333-444455556666\u0026id=AgoQWPlR_jgbGJ1wk7n705OSOBIGY2VsbC1h"}}})";

// A frame of a type, with an id and a payload.
inline std::string frame_of(std::string_view type, std::string_view id, std::string_view payload) {
    std::string frame = R"({"metadata":{"message_id":")";
    frame += id;
    frame += R"(","message_type":")";
    frame += type;
    frame += R"(","message_timestamp":"2026-03-05T04:06:07.4Z"},"payload":)";
    frame += payload;
    frame += '}';
    return frame;
}

inline std::string welcome_with(std::string_view session) {
    return frame_of("session_welcome", "w", R"({"session":)" + std::string(session) + "}");
}

}  // namespace conduitd
