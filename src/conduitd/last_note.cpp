#include "conduitd/last_note.hpp"

#include <utility>

namespace conduitd {

void LastNote::on_order(std::optional<LastBound> had, std::optional<LastBound> parked) {
    note_ = std::move(had);
    parked_ = std::move(parked);
    if (note_ && note_->how == LastBound::How::running) note_->how = LastBound::How::stopped;
}

// Who was read until the order has missed nothing since; else the other worker's reading is the
// first that is known of.
void LastNote::on_parked(WallTime at) {
    if (note_) {
        if (note_->how == LastBound::How::stopped) note_->how = LastBound::How::parked;
    } else if (parked_) {
        note_ = parked_;
        note_->how = LastBound::How::parked;
        note_->at = at;
    }
}

}  // namespace conduitd
