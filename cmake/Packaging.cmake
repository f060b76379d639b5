# SPDX-License-Identifier: Apache-2.0
# cmake --install and `cpack` in the build folder (a .deb). The libraries a package depends on are read from the
# program itself by dpkg-shlibdeps.
if(TARGET freshet)
  install(TARGETS freshet RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
install(FILES "${PROJECT_SOURCE_DIR}/README.md" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(FILES "${PROJECT_SOURCE_DIR}/assets/debian-copyright" DESTINATION "${CMAKE_INSTALL_DOCDIR}" RENAME copyright)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs/" DESTINATION "${CMAKE_INSTALL_DOCDIR}/docs"
        FILES_MATCHING PATTERN "*.md" PATTERN "*.png")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME freshet)
set(CPACK_PACKAGE_CONTACT "Freshet contributors <freshet@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "watch torrent video while it downloads")
set(CPACK_PACKAGE_DESCRIPTION
"Freshet plays a magnet link, a .torrent file, an infohash or a video while the
swarm delivers it: it starts and seeks before the download is complete, and
shows no byte that was not verified. Keys, options and JSON control follow mpv.
It makes and seeds torrents as well.")
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION video)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates, fonts-dejavu-core, libgl1-mesa-dri")
include(CPack)
