#pragma once

namespace conduitctl {

// Exit codes of conduitctl.
enum class ExitCode {
    done = 0,
    // Also: stdout did not take everything, or a spool is damaged or not there.
    failed = 1,      // a worker refused, did not answer, took too long, or did not end with 0
    usage = 64,      // the command line or a setting, or several workers where one was to be chosen
    internal = 70,   // an error that should not be
    no_worker = 69,  // none was found
};

}  // namespace conduitctl
