#include "io/group.hpp"

#include <charconv>
#include <grp.h>
#include <vector>

namespace conduitd {
namespace {

class GroupCategory final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "group"; }
    std::string message(int) const override { return "there is no such group"; }
};

}  // namespace

Result<gid_t> find_group(const std::string& text) {
    std::vector<char> buffer(64 * 1024);  // for the names of its members
    struct group entry {};
    struct group* found = nullptr;
    if (::getgrnam_r(text.c_str(), &entry, buffer.data(), buffer.size(), &found) == 0 && found) {
        return found->gr_gid;
    }
    constexpr auto no_group = static_cast<gid_t>(-1);
    gid_t number = 0;
    const auto* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    const bool is_number = parsed.ec == std::errc() && parsed.ptr == end && number != no_group;
    return is_number ? Result<gid_t>(number) : make_no_such_group_error();
}

ErrorCode make_no_such_group_error() {
    static const GroupCategory category;
    return {1, category};
}

}  // namespace conduitd
