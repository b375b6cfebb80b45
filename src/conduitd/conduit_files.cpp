#include "conduitd/conduit_files.hpp"

#include <memory>
#include <utility>

namespace conduitd {
namespace {

// Longer than one worker takes to create a conduit when all is well. Then it goes on without: where
// two create one at once, the search settles which stays.
constexpr std::chrono::seconds host_lock_patience{15};

}  // namespace

ConduitFiles::ConduitFiles(asio::io_context& context, FileThread& files, const Config& config,
                           Log log)
    : files_(files),
      memory_(config.state.dir),
      lock_(context, files, config.state.dir + "/conduit.lock"),
      log_(log) {}

// What a file call touches is its own: it may hang for longer than this object lives.
void ConduitFiles::remember(const std::string& client_id, const std::string& conduit_id) {
    const auto error = std::make_shared<ErrorCode>();
    const auto warn = [log = log_, path = memory_.path()](const std::string& reason) {
        log.warn("the conduit is not remembered for the next start",
                 {{"path", path}, {"reason", reason}});
    };
    const bool is_queued = files_.try_run([memory = memory_, client_id, conduit_id,
                                           error] { *error = memory.store(client_id, conduit_id); },
                                          [warn, error] {
                                              if (*error) warn(error->message());
                                          });
    if (!is_queued) warn("the disk does not answer");
}

void ConduitFiles::lock_host(std::function<void()> done) {
    lock_.take(host_lock_patience, [this, done = std::move(done)](ErrorCode error) {
        if (error) {
            log_.warn("looking for the conduit without the lock of this host's workers",
                      {{"path", lock_.path()}, {"reason", error.message()}});
        }
        done();
    });
}

}  // namespace conduitd
