#pragma once

#include "io/descriptor.hpp"
#include "spool/file_system.hpp"

#include <memory>
#include <string>

namespace conduitd {

// The spool's folder on a real disk. Its calls wait for the disk: they belong on a thread of their
// own. Files get mode 0600.
class PosixFileSystem : public FileSystem {
public:
    // Errors: what opening the folder fails with.
    [[nodiscard]] static Result<std::unique_ptr<PosixFileSystem>> open(const std::string& folder);

    Result<std::unique_ptr<File>> open(const std::string& name, Mode mode) override;
    ErrorCode rename(const std::string& from, const std::string& to) override;
    ErrorCode remove(const std::string& name) override;
    ErrorCode sync_folder() override;
    Result<std::vector<std::string>> list() override;
    LockAnswer lock(const std::string& name) override;

private:
    explicit PosixFileSystem(int folder) : folder_(folder) {}

    Descriptor folder_;
};

}  // namespace conduitd
