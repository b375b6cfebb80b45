#include "twitch_sim/model/cast.hpp"

#include <algorithm>

namespace twitch_sim {
namespace {

constexpr std::string_view subscriber =
    R"([{"set_id":"subscriber","id":"12","info":"14"},{"set_id":"bits","id":"100","info":""}])";
constexpr std::string_view moderator =
    R"([{"set_id":"moderator","id":"1","info":""},{"set_id":"subscriber","id":"24","info":"29"}])";
constexpr std::string_view vip = R"([{"set_id":"vip","id":"1","info":""}])";
constexpr std::string_view none = "[]";

constexpr std::array<Chatter, 12> cast = {{
    {"700314159", "quietcomet", "QuietComet", "#1E90FF", subscriber},
    {"700271828", "mossy_oar", "Mossy_Oar", "#2E8B57", moderator},
    {"700161803", "teapotpilot", "TeapotPilot", "#FF7F50", none},
    {"700141421", "velvetmarmot", "VelvetMarmot", "#9ACD32", subscriber},
    {"700173205", "yukinohana", "雪の花", "#FF69B4", vip},
    {"700223606", "saltandsparrow", "SaltAndSparrow", "", none},
    {"700264575", "grumblebee", "GrumbleBee", "#DAA520", subscriber},
    {"700331662", "kobold_dave", "Kobold_Dave", "#8A2BE2", none},
    {"700360555", "orbitalotter", "OrbitalOtter", "#00FF7F", moderator},
    {"700412310", "papercrane9", "PaperCrane9", "#5F9EA0", none},
    {"700435889", "slowtrain", "SlowTrain", "#B22222", vip},
    {"700479583", "mintymongoose", "MintyMongoose", "#D2691E", subscriber},
}};

constexpr std::string_view still = R"(["static"])";
constexpr std::string_view moving = R"(["static","animated"])";

constexpr std::array<Emote, 10> emotes = {{
    {"Kappa", "25", "0", still},
    {"LUL", "425618", "0", still},
    {"PogChamp", "305954156", "0", still},
    {"BibleThump", "86", "0", still},
    {"HeyGuys", "30259", "0", still},
    {"NotLikeThis", "58765", "0", still},
    {"SeemsGood", "64138", "0", still},
    {"<3", "9", "0", still},
    {":)", "1", "0", still},
    {"DinoDance", "emotesv2_dcd06b30a5c24f6eb871e8f5edbd44f7", "300374282", moving},
}};

constexpr std::array<std::string_view, 42> lines = {{
    "hello everyone HeyGuys",
    "@ nice jump Cheer100 Kappa",
    "that was so close NotLikeThis",
    "LUL LUL LUL",
    "first time catching this live, love the music",
    "@mossy_oar did you see that one?",
    "good evening from Lisbon 🌙",
    "what build is this?",
    "chat, is this loss?",
    "GG PogChamp",
    "no way that hit <3",
    "@ can you turn the game up a bit please",
    "おはようございます！",
    "приветы из Вильнюса :)",
    "I have been lurking for 3 hours & regret nothing",
    "the left path is faster, trust me",
    "BibleThump not the otter",
    "DinoDance DinoDance DinoDance",
    "@teapotpilot you called it",
    "10/10 would fall off that bridge again",
    "if (hp < 10) panic();",
    "brb making tea ☕",
    "wait, what happened to the boss",
    "this soundtrack goes so hard",
    "Cheer50 for the save",
    "SeemsGood clean run",
    "who else is watching at work 👀",
    "can confirm, I am the bridge",
    "@quietcomet same here",
    "that seed is cursed",
    "¡vamos! 🎉🎉",
    "c'est magnifique, merci pour le stream",
    "remember to hydrate 💧",
    "so you are telling me the key was in the *first* room",
    "\"it can't get worse\" they said",
    "PB pace??? PogChamp PogChamp",
    "two more and it is a new record",
    "👩‍🚀🚀 to the moon",
    "the cat knows something",
    "@ when is the next marathon?",
    "ok but have you tried not getting hit Kappa",
    "good night all, see you tomorrow <3",
}};

constexpr std::array<std::string_view, 4> asked = {
    {"play the harp", "the one with the trains please", "dealer's choice 🎲",
     "something by a band nobody knows"}};

}  // namespace

std::span<const Chatter> chatters() {
    return cast;
}

std::span<const std::string_view> chat_lines() {
    return lines;
}

std::span<const std::string_view> wishes() {
    return asked;
}

const Emote* find_emote(std::string_view word) {
    const auto* const found = std::ranges::find(emotes, word, &Emote::name);
    return found == emotes.end() ? nullptr : found;
}

const Chatter* find_chatter(std::string_view login) {
    const auto* const found = std::ranges::find(cast, login, &Chatter::login);
    return found == cast.end() ? nullptr : found;
}

}  // namespace twitch_sim
