# ics_library(<folder> [NAME <name>] [LINK <target>...])
#
# One static library for one folder of code: the folder's *.c and *.S. The target is called
# ipcsim_<folder>, with "/" as "_", or ipcsim_<name>. A folder that has no code yet becomes an
# INTERFACE library, so that whoever links it need not know.
function(ics_library folder)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "NAME" "LINK")
    if(NOT arg_NAME)
        string(REPLACE "/" "_" arg_NAME "${folder}")
    endif()
    set(target "ipcsim_${arg_NAME}")
    file(GLOB sources CONFIGURE_DEPENDS
        "${PROJECT_SOURCE_DIR}/${folder}/*.c"
        "${PROJECT_SOURCE_DIR}/${folder}/*.S"
    )
    if(sources)
        add_library(${target} STATIC ${sources})
        target_link_libraries(${target} PUBLIC ${arg_LINK})
        set_property(GLOBAL APPEND PROPERTY ICS_LIBRARIES_WITH_CODE ${target})
    else()
        add_library(${target} INTERFACE)
        target_link_libraries(${target} INTERFACE ${arg_LINK})
    endif()
    set_property(GLOBAL APPEND PROPERTY ICS_LIBRARIES ${target})
endfunction()

# ics_merged_library(<target> OUTPUT_NAME <name> [LINK <target>...])
#
# One archive with the objects of every library declared so far: what embedders link.
function(ics_merged_library target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "OUTPUT_NAME" "LINK")
    get_property(parts GLOBAL PROPERTY ICS_LIBRARIES_WITH_CODE)
    if(NOT parts)
        return()
    endif()
    set(objects "")
    foreach(part IN LISTS parts)
        list(APPEND objects "$<TARGET_OBJECTS:${part}>")
    endforeach()
    add_library(${target} STATIC ${objects})
    target_link_libraries(${target} PUBLIC ${arg_LINK})
    set_target_properties(${target} PROPERTIES
        OUTPUT_NAME "${arg_OUTPUT_NAME}"
        LINKER_LANGUAGE C
    )
endfunction()
