#include "conduitd/credential_files.hpp"

#include "base/error.hpp"

#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace conduitd {
namespace {

// Why a file call was refused: those before it do not come to their end.
constexpr const char* disk_hangs = "the disk does not answer";

// A grant takes less when all is well. Then a worker asks for a token of its own.
constexpr std::chrono::seconds token_lock_patience{10};

}  // namespace

CredentialFiles::CredentialFiles(asio::io_context& context, FileThread& files, const Config& config,
                                 ReadAgain read_again, Log log)
    : context_(context),
      files_(files),
      cache_(config.state.dir, config.twitch.client_id),
      lock_(context, files, config.state.dir + "/token.lock"),
      read_again_(std::move(read_again)),
      log_(log) {}

// What a file call touches is its own: it may hang for longer than this object lives.

void CredentialFiles::store_token(const std::string& token) {
    const auto error = std::make_shared<ErrorCode>();
    const bool is_queued =
        files_.try_run([cache = cache_, token, error] { *error = cache.store(token); },
                       [this, error] {
                           if (*error) warn_token_not_kept(error->message());
                       });
    if (!is_queued) warn_token_not_kept(disk_hangs);
}

void CredentialFiles::warn_token_not_kept(const std::string& reason) const {
    log_.warn("the token is not kept for the next start",
              {{"path", cache_.path()}, {"reason", reason}});
}

void CredentialFiles::lock_token_cache(TokenRead done) {
    ++turn_;
    lock_.take(token_lock_patience, [this, done = std::move(done)](ErrorCode error) {
        if (error) {
            log_.warn("asking for a token without the lock of this host's workers",
                      {{"path", lock_.path()}, {"reason", error.message()}});
        }
        read_token(done);
    });
}

void CredentialFiles::read_token(const TokenRead& done) {
    const auto token = std::make_shared<std::string>();
    const bool is_queued = files_.try_run([cache = cache_, token] { *token = cache.load(); },
                                          [this, token, done, turn = turn_] {
                                              if (turn == turn_) done(*token);
                                          });
    if (!is_queued) done({});
}

// File calls are made in the order in which they were asked for.
void CredentialFiles::unlock_token_cache() {
    const auto turn = ++turn_;
    const bool is_queued = files_.try_run([] {},
                                          [this, turn] {
                                              if (turn == turn_) lock_.release();
                                          });
    if (!is_queued) lock_.release();
}

void CredentialFiles::read_again(const Done& done) {
    const auto read = std::make_shared<CredentialsRead>();
    const auto hand_over = [this, read, done] {
        for (const auto& problem : read->problems) log_.warn(problem);
        done(read->credentials);
    };
    const bool is_queued =
        files_.try_run([read_again = read_again_, read] { *read = read_again(); }, hand_over);
    if (is_queued) return;
    read->problems.emplace_back("the credentials cannot be read again: " + std::string(disk_hangs));
    asio::post(context_, hand_over);
}

}  // namespace conduitd
