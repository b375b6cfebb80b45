#include "spool/error.hpp"

#include <string>

namespace conduitd {
namespace {

class SpoolCategory final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "conduitd.spool"; }

    std::string message(int value) const override {
        switch (static_cast<SpoolError>(value)) {
            case SpoolError::foreign_file:
                return "the file does not belong to this spool";
            case SpoolError::newer_format:
                return "the file was written by a later version of conduitd";
            case SpoolError::damaged:
                return "the file is damaged";
            case SpoolError::file_removed:
                return "somebody removed the file that they are written to";
            case SpoolError::folder_removed:
                return "somebody removed the folder: a restart makes it anew";
            case SpoolError::symbolic_link:
                return "it is a symbolic link, which is not followed";
            case SpoolError::locked:
                return "another process writes this spool";
            case SpoolError::bad_consumer_name:
                return "a consumer's name is 1 to 64 letters, digits, `.`, `_`, `-`, and begins "
                       "with a letter or digit";
            case SpoolError::unknown_consumer:
                return "there is no consumer of this name";
            case SpoolError::consumer_is_connected:
                return "the consumer is connected";
            case SpoolError::too_many_consumers:
                return "there are too many consumers";
            case SpoolError::ack_beyond_end:
                return "the ack is above what was sent";
        }
        return "unknown error";
    }
};

}  // namespace

const boost::system::error_category& spool_category() {
    static const SpoolCategory category;
    return category;
}

ErrorCode make_error_code(SpoolError error) {
    return {static_cast<int>(error), spool_category()};
}

}  // namespace conduitd
