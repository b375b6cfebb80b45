# `cmake --install`, and a package for Debian by CPack (`./dev package`). What belongs to systemd and
# to the package itself is in systemd/.
include(GNUInstallDirs)

install(TARGETS conduitd_program conduitctl twitch_sim RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES systemd/conduitd.service systemd/conduitd@.service systemd/conduitd.target
        DESTINATION lib/systemd/system)
install(FILES systemd/conduitd.sysusers DESTINATION lib/sysusers.d RENAME conduitd.conf)
install(FILES systemd/conduitd.yaml DESTINATION /etc/conduitd)
install(FILES config/conduitd.yaml DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(FILES systemd/debian/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})

function(install_compressed source destination)
    get_filename_component(name ${source} NAME)
    set(compressed ${CMAKE_CURRENT_BINARY_DIR}/package/${name}.gz)
    # -n: neither a name nor a time, so that the same text makes the same file.
    add_custom_command(OUTPUT ${compressed} DEPENDS ${source}
                       COMMAND gzip -9nc ${CMAKE_SOURCE_DIR}/${source} > ${compressed})
    set_property(GLOBAL APPEND PROPERTY compressed_files ${compressed})
    install(FILES ${compressed} DESTINATION ${destination})
endfunction()
install_compressed(systemd/man/conduitctl.1 ${CMAKE_INSTALL_MANDIR}/man1)
install_compressed(systemd/man/twitch-sim.1 ${CMAKE_INSTALL_MANDIR}/man1)
install_compressed(systemd/man/conduitd.yaml.5 ${CMAKE_INSTALL_MANDIR}/man5)
install_compressed(systemd/man/conduitd.8 ${CMAKE_INSTALL_MANDIR}/man8)
install_compressed(CHANGELOG.md ${CMAKE_INSTALL_DOCDIR})
get_property(compressed_files GLOBAL PROPERTY compressed_files)
add_custom_target(package_files DEPENDS conduitd_program conduitctl twitch_sim ${compressed_files})

# What is packed is what `package_files` builds, not all there is to build.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(CPACK_GENERATOR DEB)
# Files below /etc have absolute destinations, which only this keeps inside the package.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_CONTACT "The conduitd authors <conduitd@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "worker that holds shards of a Twitch conduit")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "Receives the EventSub events of an application over a WebSocket, keeps them\non disk until they \
have been taken, and hands them on as lines of JSON.\n.\nHolds conduitd, the worker; conduitctl, for its \
operator; and twitch-sim, a\nTwitch on loopback for trying it.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, passwd, systemd")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
foreach(script conffiles postinst prerm postrm)
    list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/systemd/debian/${script})
endforeach()
include(CPack)
