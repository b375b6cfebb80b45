// The edge may do all of it.
#include <boost/asio/io_context.hpp>

auto now = std::chrono::steady_clock::now();
