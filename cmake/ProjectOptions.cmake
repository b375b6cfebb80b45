# What every target of ours is built with: include root, warnings, sanitizer.
add_library(project_options INTERFACE)
target_include_directories(project_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(project_options INTERFACE -Wall -Wextra -Wshadow -Wconversion)
# Not under ThreadSanitizer: what it adds makes GCC 12 warn of bounds that nothing oversteps.
if(CONDUITD_WERROR AND NOT CONDUITD_SANITIZER STREQUAL "thread")
    target_compile_options(project_options INTERFACE -Werror)
endif()

# UBSan as well, for everything but the Beast files, whose compile time it would double.
add_library(project_ubsan INTERFACE)
set(ubsan_options -fsanitize=undefined -fno-sanitize-recover=undefined)

if(CONDUITD_FUZZ)
    if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
        message(FATAL_ERROR "libFuzzer comes with clang++: use `./dev fuzz`, or the preset `fuzz`.")
    endif()
    target_compile_options(project_options INTERFACE -fsanitize=fuzzer-no-link,address)
    target_link_options(project_options INTERFACE -fsanitize=address,undefined)
    target_compile_options(project_ubsan INTERFACE ${ubsan_options})
elseif(CONDUITD_SANITIZER STREQUAL "address")
    target_compile_options(project_options INTERFACE -fsanitize=address -fno-omit-frame-pointer)
    target_link_options(project_options INTERFACE -fsanitize=address,undefined)
    target_compile_options(project_ubsan INTERFACE ${ubsan_options})
elseif(CONDUITD_SANITIZER STREQUAL "thread")
    # GCC does not instrument atomic_thread_fence, which Asio uses in one place.
    target_compile_options(project_options INTERFACE -fsanitize=thread -Wno-tsan)
    target_link_options(project_options INTERFACE -fsanitize=thread)
elseif(NOT CONDUITD_SANITIZER STREQUAL "")
    message(FATAL_ERROR
            "CONDUITD_SANITIZER is `${CONDUITD_SANITIZER}`; it can be empty, `address` or `thread`.")
endif()
