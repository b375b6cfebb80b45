#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace conduitd {

// Which `Host` headers a server that anybody may reach answers. A web page can make a browser ask
// for a name of its own that leads here, and read the answer; it cannot for an address.
class HostRule {
public:
    // `names` are allowed besides addresses and `localhost`; `*` allows every one.
    explicit HostRule(std::vector<std::string> names) : names_(std::move(names)) {}

    // `host` as the header has it, with a port or without. No header (empty) is allowed: browsers
    // always send one.
    [[nodiscard]] bool allows(std::string_view host) const;

private:
    std::vector<std::string> names_;
};

}  // namespace conduitd
