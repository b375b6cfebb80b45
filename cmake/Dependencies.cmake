# Everything comes from the distribution's packages. A missing one is named with the Debian package
# that brings it; `./dev setup` installs them all.

function(report_missing name packages)
    message(FATAL_ERROR "${name} is missing. On Debian and Ubuntu `./dev setup` installs it, "
                        "and so does `apt-get install ${packages}`.")
endfunction()

macro(require_package name packages)
    find_package(${name} ${ARGN} QUIET)
    if(NOT ${name}_FOUND)
        report_missing("${name}" "${packages}")
    endif()
endmacro()

# Components are packages of their own, and a missing one does not make find_package() fail.
function(require_target target package)
    if(NOT TARGET ${target})
        report_missing("${target}" "${package}")
    endif()
endfunction()

require_package(Threads libc6-dev)
# 1.83 (Debian 13, Ubuntu 24.04) does as well.
require_package(Boost libboost1.81-dev 1.81 CONFIG OPTIONAL_COMPONENTS headers url json)
set(boost_version ${Boost_VERSION_MAJOR}.${Boost_VERSION_MINOR})
require_target(Boost::url libboost-url${boost_version}-dev)
require_target(Boost::json libboost-json${boost_version}-dev)
require_package(OpenSSL libssl-dev 3.0)
require_package(simdjson libsimdjson-dev)
require_package(fmt libfmt-dev)
require_package(spdlog libspdlog-dev)
require_package(yaml-cpp libyaml-cpp-dev)
require_package(CLI11 libcli11-dev)
require_package(prometheus-cpp prometheus-cpp-dev)

find_path(XXHASH_INCLUDE_DIR xxhash.h)
find_library(XXHASH_LIBRARY xxhash)
if(NOT XXHASH_INCLUDE_DIR OR NOT XXHASH_LIBRARY)
    report_missing(xxHash libxxhash-dev)
endif()
add_library(xxhash INTERFACE)
target_include_directories(xxhash SYSTEM INTERFACE ${XXHASH_INCLUDE_DIR})
target_link_libraries(xxhash INTERFACE ${XXHASH_LIBRARY})

if(CONDUITD_TESTS)
    require_package(GTest libgtest-dev)
    require_target(GTest::gmock libgmock-dev)
endif()
