#include "twitch_sim/server/switch_options.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace twitch_sim {

namespace {

std::string option_name(const Switch& one) {
    std::string name = "--" + std::string(one.name);
    std::ranges::replace(name, '_', '-');
    return name;
}

CLI::Validator taken_by(const Switch& one) {
    return {[&one](std::string& text) {
                Switches scratch;
                if (one.set(one, scratch, text)) return std::string();
                return fmt::format("`{}` is not {}", text, describe_values(one));
            },
            ""};
}

}  // namespace

void add_switch_options(CLI::App& app, Switches& switches) {
    for (const Switch& one : all_switches()) {
        const auto store = [&one, &switches](const std::string& text) {
            static_cast<void>(one.set(one, switches, text));
        };
        app.add_option_function<std::string>(
               option_name(one), store,
               fmt::format("{} (default {})", one.about, one.show(one, Switches())))
            ->check(taken_by(one))
            ->type_name(one.values.empty()
                            ? fmt::format("SECONDS:({:g} to {})", one.seconds_min, one.seconds_max)
                            : std::string(one.values))
            ->group("Where Twitch's behaviour is not settled");
    }
}

}  // namespace twitch_sim
