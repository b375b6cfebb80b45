# compile_together(<target> <count>): so many files of a target are compiled as one, in less than half
# the time; their unnamed namespaces share their names. For what is built more often as a whole than
# file by file, and not for `worker`, the folder that is edited most.
#
# Off, a compile database has an entry for each file, as clang-tidy and editors need it.
option(CONDUITD_UNITY "Compile several files of a folder as one" ON)

function(compile_together target count)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ${CONDUITD_UNITY}
                                               UNITY_BUILD_BATCH_SIZE ${count})
endfunction()
