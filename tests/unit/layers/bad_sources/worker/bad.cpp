// Breaks every rule of the core once; never compiled. A comment may speak of std::getenv().
#include "io/websocket.hpp"

#include <boost/asio/io_context.hpp>
#include <openssl/ssl.h>

#include <fstream>
#include <sys/socket.h>
#include <thread>

auto now = std::chrono::steady_clock::now();
const char* token = std::getenv("TWITCH_ACCESS_TOKEN");
std::random_device seed;
