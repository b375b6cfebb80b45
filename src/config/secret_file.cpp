#include "config/secret_file.hpp"

#include "base/quote.hpp"
#include "config/problem.hpp"

#include <fmt/format.h>

namespace conduitd::settings {
namespace {

ErrorCode missing() {
    return make_error_code(boost::system::errc::no_such_file_or_directory);
}

}  // namespace

Result<std::string> read_file(const ConfigInput& input, const std::string& path) {
    if (!input.read_file) return missing();
    return input.read_file(path);
}

// The reader names the first two by the nearest error numbers.
std::string why_unreadable(const ErrorCode& error) {
    namespace errc = boost::system::errc;
    if (error == errc::file_too_large) return "it is larger than 1 MiB";
    if (error == errc::invalid_argument) return "it is a pipe or a device, not a regular file";
    return error.message();
}

bool is_missing(const ErrorCode& error) {
    return error == boost::system::errc::no_such_file_or_directory ||
           error == boost::system::errc::not_a_directory;
}

std::string trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

void collect_secret_file(const ConfigInput& input, const Setting& setting, Rank rank,
                         const std::string& origin, const std::string& path, Sources& sources) {
    const auto refuse = [&](const std::string& what, std::string_view advice) {
        sources.problems.push_back(describe(origin, setting.name, what, advice));
        sources.unusable.push_back(&setting);
    };

    const auto content = read_file(input, path);
    if (!content) {
        refuse(fmt::format("the file {} cannot be read: {}", in_quotes(path, shown_path_max),
                           why_unreadable(content.error())),
               "it must exist and be readable for the user that conduitd runs as");
        return;
    }
    auto secret = trimmed(*content);
    if (secret.empty()) {
        refuse(fmt::format("the file {} is empty", in_quotes(path, shown_path_max)),
               "it must hold the secret and nothing else");
        return;
    }
    sources.candidates.push_back({&setting, rank, origin, std::move(secret)});
}

}  // namespace conduitd::settings
