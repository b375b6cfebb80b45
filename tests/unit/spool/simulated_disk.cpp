#include "spool/simulated_disk.hpp"

#include "spool/error.hpp"

#include <algorithm>

namespace conduitd::test {
namespace {

namespace errc = boost::system::errc;
using Kind = SimulatedDisk::Operation::Kind;

void overwrite(std::string& content, std::uint64_t offset, std::string_view bytes) {
    if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
    content.replace(offset, bytes.size(), bytes);
}

}  // namespace

struct SimulatedDisk::Inode {
    struct Change {
        std::uint64_t offset = 0;
        std::string bytes;
        std::optional<std::uint64_t> size{};  // a truncation to so many bytes
        bool is_in_doubt = false;             // a sync of it failed
    };

    std::string content;  // as every process sees it
    std::string durable;
    std::vector<Change> unsynced;

    static void apply(std::string& to, const Change& change) {
        if (change.size) {
            to.resize(*change.size);
        } else {
            overwrite(to, change.offset, change.bytes);
        }
    }

    void sync() {
        std::vector<Change> doubtful;
        for (auto& change : unsynced) {
            if (change.is_in_doubt) {
                doubtful.push_back(change);
            } else {
                apply(durable, change);
            }
        }
        unsynced = std::move(doubtful);
    }

    std::string with_some_of_the_unsynced(Random& random) const {
        std::string kept = durable;
        const auto share = random.below(5);  // from none to all of the blocks
        for (const auto& change : unsynced) {
            if (change.size) {
                if (random.below(4) < share) kept.resize(*change.size);
                continue;
            }
            for (std::size_t at = 0; at < change.bytes.size();) {
                const auto block = block_bytes - (change.offset + at) % block_bytes;
                const auto part = change.bytes.substr(at, block);
                if (random.below(4) < share) overwrite(kept, change.offset + at, part);
                at += part.size();
            }
        }
        return kept;
    }
};

class SimulatedDisk::OpenFile : public File {
public:
    OpenFile(SimulatedDisk& disk, std::string name, std::shared_ptr<Inode> inode)
        : disk_(disk), name_(std::move(name)), inode_(std::move(inode)) {}

    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
        auto count = out.size();
        if (const auto fault = disk_.begin(Kind::read, name_, count)) {
            if (fault->error) return fault->error;
            count = std::min(count, std::max<std::size_t>(fault->bytes, 1));
        }
        const auto& content = inode_->content;
        if (offset >= content.size()) return 0;
        count = std::min<std::size_t>(count, content.size() - offset);
        std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(offset), count, out.begin());
        return count;
    }

    Result<std::size_t> write_at(std::uint64_t offset, std::string_view bytes) override {
        disk_.write_under_way_ = {inode_, offset, std::string(bytes)};
        auto fault = disk_.begin(Kind::write, name_, bytes.size());
        disk_.write_under_way_.reset();
        const auto end = offset + bytes.size();
        const auto growth = end - std::min<std::uint64_t>(end, inode_->content.size());
        const auto used = disk_.used_bytes();
        if (!fault && used + growth > disk_.bytes_max) {
            const auto room = disk_.bytes_max - std::min(disk_.bytes_max, used);
            fault = Fault{make_error_code(errc::no_space_on_device),
                          static_cast<std::size_t>(bytes.size() - growth + room)};
        }
        const auto done = fault ? std::min(bytes.size(), fault->bytes) : bytes.size();
        if (done > 0) {
            const Inode::Change change{offset, std::string(bytes.substr(0, done))};
            Inode::apply(inode_->content, change);
            inode_->unsynced.push_back(change);
        }
        if (fault && fault->error) return fault->error;
        return done;
    }

    ErrorCode sync() override {
        if (const auto fault = disk_.begin(Kind::sync, name_)) {
            for (auto& change : inode_->unsynced) change.is_in_doubt = true;
            return fault->error;
        }
        inode_->sync();
        return {};
    }

    bool is_removed() const override {
        return std::none_of(disk_.names_.begin(), disk_.names_.end(),
                            [this](const auto& entry) { return entry.second == inode_; });
    }

    ErrorCode truncate(std::uint64_t bytes) override {
        if (const auto fault = disk_.begin(Kind::truncate, name_)) return fault->error;
        const Inode::Change change{0, {}, bytes};
        Inode::apply(inode_->content, change);
        inode_->unsynced.push_back(change);
        return {};
    }

    Result<std::uint64_t> size() const override { return inode_->content.size(); }

private:
    SimulatedDisk& disk_;
    std::string name_;
    std::shared_ptr<Inode> inode_;
};

class SimulatedDisk::Lock : public FolderLock {
public:
    explicit Lock(std::shared_ptr<bool> is_locked) : is_locked_(std::move(is_locked)) {
        *is_locked_ = true;
    }
    ~Lock() override { *is_locked_ = false; }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

private:
    std::shared_ptr<bool> is_locked_;
};

SimulatedDisk::SimulatedDisk() : names_since_sync_(1), is_locked_(std::make_shared<bool>(false)) {}

SimulatedDisk::~SimulatedDisk() = default;

std::unique_ptr<SimulatedDisk> SimulatedDisk::after_kill(std::size_t torn_bytes) const {
    auto disk = std::make_unique<SimulatedDisk>();
    for (const auto& [name, inode] : names_) {
        auto content = inode->content;
        if (torn_bytes > 0 && write_under_way_ && write_under_way_->inode == inode) {
            overwrite(content, write_under_way_->offset,
                      write_under_way_->bytes.substr(0, torn_bytes));
        }
        disk->put(name, content);
    }
    return disk;
}

std::unique_ptr<SimulatedDisk> SimulatedDisk::after_power_loss(Random& random,
                                                               std::size_t torn_bytes) const {
    auto disk = std::make_unique<SimulatedDisk>();
    for (const auto& [name, inode] : names_since_sync_[random.below(names_since_sync_.size())]) {
        Inode kept = *inode;
        if (torn_bytes > 0 && write_under_way_ && write_under_way_->inode == inode) {
            kept.unsynced.push_back(
                {write_under_way_->offset, write_under_way_->bytes.substr(0, torn_bytes)});
        }
        disk->put(name, kept.with_some_of_the_unsynced(random));
    }
    return disk;
}

std::string& SimulatedDisk::content(const std::string& name) {
    return names_.at(name)->content;
}

void SimulatedDisk::put(const std::string& name, const std::string& content) {
    auto inode = std::make_shared<Inode>();
    inode->content = inode->durable = content;
    names_[name] = inode;
    names_since_sync_ = {names_};
}

std::vector<std::string> SimulatedDisk::names() const {
    std::vector<std::string> names;
    for (const auto& [name, inode] : names_) names.push_back(name);
    return names;
}

std::map<std::string, std::string> SimulatedDisk::contents() const {
    std::map<std::string, std::string> contents;
    for (const auto& [name, inode] : names_) contents[name] = inode->content;
    return contents;
}

Result<std::unique_ptr<File>> SimulatedDisk::open(const std::string& name, Mode mode) {
    if (mode == Mode::create) {
        if (const auto fault = begin(Kind::create, name)) return fault->error;
        names_[name] = std::make_shared<Inode>();
        change_names();
    }
    const auto found = names_.find(name);
    if (found == names_.end()) return make_error_code(errc::no_such_file_or_directory);
    return std::unique_ptr<File>(std::make_unique<OpenFile>(*this, name, found->second));
}

ErrorCode SimulatedDisk::rename(const std::string& from, const std::string& to) {
    if (const auto fault = begin(Kind::rename, to)) return fault->error;
    const auto found = names_.find(from);
    if (found == names_.end()) return make_error_code(errc::no_such_file_or_directory);
    auto inode = found->second;
    names_.erase(found);
    names_[to] = std::move(inode);
    change_names();
    return {};
}

ErrorCode SimulatedDisk::remove(const std::string& name) {
    if (const auto fault = begin(Kind::remove, name)) return fault->error;
    if (names_.erase(name) == 0) return make_error_code(errc::no_such_file_or_directory);
    change_names();
    return {};
}

ErrorCode SimulatedDisk::sync_folder() {
    if (const auto fault = begin(Kind::sync_folder, "")) return fault->error;
    names_since_sync_ = {names_};
    return {};
}

Result<std::vector<std::string>> SimulatedDisk::list() {
    return names();
}

LockAnswer SimulatedDisk::lock(const std::string&) {
    if (*is_locked_) return {nullptr, make_error_code(SpoolError::locked), "4242"};
    return {std::make_unique<Lock>(is_locked_), {}, {}};
}

std::optional<SimulatedDisk::Fault> SimulatedDisk::begin(Operation::Kind kind,
                                                         const std::string& name,
                                                         std::size_t bytes) {
    const Operation operation{kind, name, bytes};
    if (on_operation && kind != Kind::read) on_operation(operation);
    return fault_for ? fault_for(operation) : std::nullopt;
}

std::uint64_t SimulatedDisk::used_bytes() const {
    std::uint64_t bytes = 0;
    for (const auto& [name, inode] : names_) bytes += inode->content.size();
    return bytes;
}

void SimulatedDisk::change_names() {
    names_since_sync_.push_back(names_);
}

}  // namespace conduitd::test
