#pragma once

#include "spool/file_system.hpp"

#include <map>
#include <memory>
#include <string>

namespace conduitd {

// A folder in memory, for who wants no disk: the spool on it ends with the process. Files grow by
// blocks, so that nothing is ever copied to make room. Belongs to one thread.
class MemoryFiles : public FileSystem {
public:
    static constexpr std::size_t block_bytes = 64 * 1024;

    Result<std::unique_ptr<File>> open(const std::string& name, Mode mode) override;
    ErrorCode rename(const std::string& from, const std::string& to) override;
    ErrorCode remove(const std::string& name) override;
    ErrorCode sync_folder() override { return {}; }
    Result<std::vector<std::string>> list() override;
    LockAnswer lock(const std::string& name) override;

private:
    class OpenFile;
    struct Content;

    std::map<std::string, std::shared_ptr<Content>> contents_;
};

}  // namespace conduitd
