# What `cmake --install` puts in place. A part that the tree does not have is left out.

set(ICS_TRACES_DIR "${CMAKE_INSTALL_DATADIR}/ipcsim/traces")

if(TARGET ipcsim)
    install(TARGETS ipcsim)
endif()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/ipcsim" TYPE INCLUDE
    FILES_MATCHING PATTERN "*.h"
)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/traces/" DESTINATION "${ICS_TRACES_DIR}"
    FILES_MATCHING PATTERN "*.json"
)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/tool/report/schema"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/ipcsim"
)
install(FILES "${PROJECT_SOURCE_DIR}/docs/man/ipcsim.1"
    DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" OPTIONAL
)
install(FILES "${PROJECT_SOURCE_DIR}/tool/completion/ipcsim.bash"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME ipcsim OPTIONAL
)

if(TARGET ipcsim-packetdrill)
    install(TARGETS ipcsim-packetdrill LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
endif()

if(TARGET ipcsim_embed)
    install(TARGETS ipcsim_embed)
    # The .pc file finds its prefix from its own place, so that `--prefix` and moving work.
    set(pc_directory "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
    cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX
        BASE_DIRECTORY "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" OUTPUT_VARIABLE ICS_PC_PREFIX
    )
    # An absolute directory stays what it is.
    cmake_path(APPEND ICS_PC_LIBDIR "\${prefix}" "${CMAKE_INSTALL_LIBDIR}")
    cmake_path(APPEND ICS_PC_INCLUDEDIR "\${prefix}" "${CMAKE_INSTALL_INCLUDEDIR}")
    cmake_path(APPEND ICS_PC_TRACESDIR "\${prefix}" "${ICS_TRACES_DIR}")
    list(JOIN ICS_INSTRUMENT_FLAGS " " ICS_PC_INSTRUMENT)
    configure_file("${PROJECT_SOURCE_DIR}/ipcsim.pc.in" "${PROJECT_BINARY_DIR}/ipcsim.pc" @ONLY)
    install(FILES "${PROJECT_BINARY_DIR}/ipcsim.pc" DESTINATION "${pc_directory}")
endif()
