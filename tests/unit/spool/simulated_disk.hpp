#pragma once

#include "base/random.hpp"
#include "spool/file_system.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace conduitd::test {

// A folder on a disk that forgets what was not synced.
//
// The model: a write is on the disk once a sync of its file succeeded; before that, any subset of
// its blocks may be. After a sync that failed, what it was for stays in doubt, whatever later syncs
// say. Names change in order, and a crash keeps any number of the first changes since the folder
// was synced.
class SimulatedDisk : public FileSystem {
public:
    static constexpr std::size_t block_bytes = 16;  // small: the more subsets

    struct Operation {
        enum class Kind { create, write, sync, truncate, rename, remove, sync_folder, read } kind{};
        std::string name;
        std::size_t bytes = 0;  // of a write or a read
    };
    struct Fault {
        ErrorCode error;        // none: the call does less than asked
        std::size_t bytes = 0;  // of a write that are done nevertheless
    };

    SimulatedDisk();
    ~SimulatedDisk() override;

    // Called before each operation but reads.
    std::function<void(const Operation&)> on_operation;
    // Called for each operation; what it answers happens instead.
    std::function<std::optional<Fault>(const Operation&)> fault_for;
    // Of all files together; what goes beyond is refused with no_space_on_device.
    std::uint64_t bytes_max = UINT64_MAX;

    // The folder as a process finds it that starts after a kill, while `torn_bytes` of the write
    // under way were done.
    [[nodiscard]] std::unique_ptr<SimulatedDisk> after_kill(std::size_t torn_bytes = 0) const;
    // The same after a loss of power, with a random part of what was not synced.
    [[nodiscard]] std::unique_ptr<SimulatedDisk> after_power_loss(Random& random,
                                                                  std::size_t torn_bytes = 0) const;

    // For tests that look at files or change them behind the spool's back.
    [[nodiscard]] bool has(const std::string& name) const { return names_.count(name) > 0; }
    [[nodiscard]] std::string& content(const std::string& name);
    void put(const std::string& name, const std::string& content);
    void erase(const std::string& name) { names_.erase(name); }
    [[nodiscard]] std::vector<std::string> names() const;
    [[nodiscard]] std::map<std::string, std::string> contents() const;

    Result<std::unique_ptr<File>> open(const std::string& name, Mode mode) override;
    ErrorCode rename(const std::string& from, const std::string& to) override;
    ErrorCode remove(const std::string& name) override;
    ErrorCode sync_folder() override;
    Result<std::vector<std::string>> list() override;
    LockAnswer lock(const std::string& name) override;

private:
    struct Inode;
    class OpenFile;
    class Lock;
    struct UnderWay {
        std::shared_ptr<Inode> inode;
        std::uint64_t offset = 0;
        std::string bytes;
    };
    using Names = std::map<std::string, std::shared_ptr<Inode>>;

    std::optional<Fault> begin(Operation::Kind kind, const std::string& name,
                               std::size_t bytes = 0);
    [[nodiscard]] std::uint64_t used_bytes() const;
    void change_names();

    Names names_;
    std::vector<Names> names_since_sync_;  // the first one is what the disk has
    std::optional<UnderWay> write_under_way_;
    std::shared_ptr<bool> is_locked_;
};

}  // namespace conduitd::test
