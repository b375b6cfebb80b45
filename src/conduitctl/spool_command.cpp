#include "conduitctl/spool_command.hpp"

#include "conduitctl/spool_view.hpp"
#include "io/posix_file_system.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <deque>
#include <utility>

namespace conduitctl {
namespace {

void print(std::FILE* to, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), to);
}

ExitCode refuse(const SpoolOrder& order, const std::string& file, conduitd::ErrorCode error) {
    const auto separator = file.empty() ? "" : "/";
    print(stderr,
          fmt::format("conduitctl: {}{}{}: {}\n", order.folder, separator, file, error.message()));
    return ExitCode::failed;
}

// Takes records as the order wants them printed; the last of them are printed by its owner.
class RecordPrinter {
public:
    RecordPrinter(const SpoolOrder& order, OutputFormat format) : order_(order), format_(format) {}

    void take(const conduitd::RecordView& record) {
        if (order_.verb != SpoolVerb::dump && order_.verb != SpoolVerb::tail) return;
        auto line =
            format_ == OutputFormat::json ? make_record_json(record) : describe_record(record);
        if (order_.verb == SpoolVerb::dump) {
            print(stdout, line);
            return;
        }
        last_.push_back(std::move(line));
        if (last_.size() > order_.records) last_.pop_front();
    }

    void finish() const {
        for (const auto& line : last_) print(stdout, line);
    }

private:
    const SpoolOrder& order_;
    OutputFormat format_;
    std::deque<std::string> last_;
};

}  // namespace

ExitCode look_at_spool(const SpoolOrder& order, OutputFormat format) {
    const auto files = conduitd::PosixFileSystem::open(order.folder);
    if (!files) return refuse(order, {}, files.error());
    RecordPrinter printer(order, format);
    const auto inspection =
        conduitd::inspect(**files, [&printer](const auto& record) { printer.take(record); });
    if (inspection.error) return refuse(order, inspection.file, inspection.error);
    if (!inspection.has_files) {
        print(stderr, fmt::format("conduitctl: {}: no spool is here\n", order.folder));
        return ExitCode::failed;
    }
    printer.finish();

    const auto damage = describe_damage(inspection);
    const bool shows_records = order.verb == SpoolVerb::dump || order.verb == SpoolVerb::tail;
    if (shows_records) {
        print(stderr, damage);
    } else if (format == OutputFormat::json) {
        print(stdout, boost::json::serialize(make_spool_json(inspection)) + "\n");
    } else {
        print(stdout, order.verb == SpoolVerb::list ? describe_spool(inspection) : damage);
    }
    if (order.verb == SpoolVerb::verify && format == OutputFormat::text && damage.empty()) {
        print(stdout, "every record is whole\n");
    }
    const bool is_judged = order.verb != SpoolVerb::list;
    return is_judged && !inspection.is_whole() ? ExitCode::failed : ExitCode::done;
}

}  // namespace conduitctl
