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
install(FILES "${PROJECT_SOURCE_DIR}/docs/man/ipcsim.1"
    DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" OPTIONAL
)
install(FILES "${PROJECT_SOURCE_DIR}/tool/completion/ipcsim.bash"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME ipcsim OPTIONAL
)

if(TARGET ipcsim_embed)
    install(TARGETS ipcsim_embed)
    # ${prefix} of a .pc file, unless the directory is absolute.
    foreach(pair LIBDIR:CMAKE_INSTALL_LIBDIR INCLUDEDIR:CMAKE_INSTALL_INCLUDEDIR
            TRACESDIR:ICS_TRACES_DIR)
        string(REPLACE ":" ";" pair "${pair}")
        list(GET pair 0 name)
        list(GET pair 1 directory)
        cmake_path(APPEND pc_directory "\${prefix}" "${${directory}}")
        set(ICS_PC_${name} "${pc_directory}")
        unset(pc_directory)
    endforeach()
    list(JOIN ICS_INSTRUMENT_FLAGS " " ICS_PC_INSTRUMENT)
    string(PREPEND ICS_PC_INSTRUMENT " ")
    string(STRIP "${ICS_PC_INSTRUMENT}" ICS_PC_INSTRUMENT)
    configure_file("${PROJECT_SOURCE_DIR}/ipcsim.pc.in" "${PROJECT_BINARY_DIR}/ipcsim.pc" @ONLY)
    install(FILES "${PROJECT_BINARY_DIR}/ipcsim.pc"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig"
    )
endif()
