#include "worker/handover.hpp"

namespace conduitd {

std::string_view name_of(HandoverCause cause) {
    switch (cause) {
        case HandoverCause::reconnect:
            return "reconnect";
        case HandoverCause::plan_b:
            return "plan_b";
        case HandoverCause::rotation:
            return "rotation";
        case HandoverCause::doubt:
            return "doubt";
        case HandoverCause::loss:
            return "loss";
    }
    return "unknown";
}

HandoverReport make_report(const Departure& departure, const Tally& old_session,
                           const Tally& new_session) {
    HandoverReport report;
    report.cause = departure.cause;
    report.took = departure.taken_over_at - departure.begun_at;
    report.read_old = old_session.read - departure.before.read;
    report.read_new = new_session.read;
    report.read_between = departure.between.read;
    report.forwarded = old_session.forwarded - departure.before.forwarded + new_session.forwarded +
                       departure.between.forwarded;
    report.duplicates = old_session.duplicates - departure.before.duplicates +
                        new_session.duplicates + departure.between.duplicates;
    return report;
}

}  // namespace conduitd
