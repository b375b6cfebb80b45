# Everything comes from the distribution's packages. A missing one is named with the package that
# brings it; `./dev setup` installs them all.

macro(require_package name package)
    find_package(${name} ${ARGN} QUIET)
    if(NOT ${name}_FOUND)
        message(FATAL_ERROR "${name} is missing. It is in the package ${package}: "
                            "run `./dev setup`, or `apt-get install ${package}`.")
    endif()
endmacro()

require_package(Threads libc6-dev)
require_package(Boost "libboost1.81-dev libboost-url1.81-dev libboost-json1.81-dev (or 1.83)" 1.81
                COMPONENTS url json)
require_package(OpenSSL libssl-dev 3.0)
require_package(simdjson libsimdjson-dev)
require_package(fmt libfmt-dev)
require_package(spdlog libspdlog-dev)
require_package(yaml-cpp libyaml-cpp-dev)
require_package(CLI11 libcli11-dev)

find_path(XXHASH_INCLUDE_DIR xxhash.h)
find_library(XXHASH_LIBRARY xxhash)
if(NOT XXHASH_INCLUDE_DIR OR NOT XXHASH_LIBRARY)
    message(FATAL_ERROR "xxhash is missing. It is in the package libxxhash-dev: "
                        "run `./dev setup`, or `apt-get install libxxhash-dev`.")
endif()
add_library(xxhash INTERFACE)
target_include_directories(xxhash SYSTEM INTERFACE ${XXHASH_INCLUDE_DIR})
target_link_libraries(xxhash INTERFACE ${XXHASH_LIBRARY})

if(CONDUITD_TESTS)
    require_package(GTest "libgtest-dev libgmock-dev")
endif()
