#include "eventsub/close_code.hpp"

namespace conduitd {

CloseMeaning meaning_of(std::uint16_t code) {
    switch (static_cast<CloseCode>(code)) {
        case CloseCode::normal:
        case CloseCode::going_away:
            return CloseMeaning::ended;
        case CloseCode::inbound_traffic:
        case CloseCode::failed_ping_pong:
        case CloseCode::connection_unused:
            return CloseMeaning::our_fault;
        case CloseCode::reconnect_grace_expired:
            return CloseMeaning::superseded;
        case CloseCode::invalid_reconnect:
            return CloseMeaning::reconnect_refused;
        case CloseCode::abnormal:
        case CloseCode::internal_error:
        case CloseCode::service_restart:
        case CloseCode::internal_server_error:
        case CloseCode::network_timeout:
        case CloseCode::network_error:
            return CloseMeaning::lost;
    }
    return CloseMeaning::lost;
}

std::string_view name_of_close(std::uint16_t code) {
    switch (static_cast<CloseCode>(code)) {
        case CloseCode::normal:
            return "normal closure";
        case CloseCode::going_away:
            return "going away";
        case CloseCode::abnormal:
            return "no close frame";
        case CloseCode::internal_error:
            return "internal error";
        case CloseCode::service_restart:
            return "service restart";
        case CloseCode::internal_server_error:
            return "internal server error";
        case CloseCode::inbound_traffic:
            return "client sent inbound traffic";
        case CloseCode::failed_ping_pong:
            return "client failed ping-pong";
        case CloseCode::connection_unused:
            return "connection unused";
        case CloseCode::reconnect_grace_expired:
            return "reconnect grace time expired";
        case CloseCode::network_timeout:
            return "network timeout";
        case CloseCode::network_error:
            return "network error";
        case CloseCode::invalid_reconnect:
            return "invalid reconnect";
    }
    return "unknown";
}

}  // namespace conduitd
