# The headers that nearly every file includes, compiled once: that halves the CPU time of a build.
# Files still include what they use; lint, which compiles without this, sees to it.
#
# precompile(<name> <headers>...): makes them. use_precompiled(<name> <target>): uses them for a
# target, which must be compiled with the same options (so not for those without UBSan).
function(precompile name)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT "// Only its precompiled headers are of use.\n")
    add_library(${name} STATIC ${source})
    target_link_libraries(${name} PRIVATE project_options project_ubsan Boost::headers fmt::fmt)
    target_precompile_headers(${name} PRIVATE ${ARGN})
endfunction()

function(use_precompiled name target)
    if(CONDUITD_PCH)
        target_precompile_headers(${target} REUSE_FROM ${name})
        # For ccache, which otherwise does not see what the precompiled headers hold.
        target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
    endif()
endfunction()
