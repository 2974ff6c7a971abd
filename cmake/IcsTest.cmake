# How test programs become tests. Names are <folder>/<file>, labels what scripts/test selects by.

# Seconds after which a test counts as hung.
set(ICS_UNIT_TIMEOUT 600)
set(ICS_LONG_TIMEOUT 900)

# cmocka.h wants these included before it, which a sorted list of includes cannot give it.
set(ICS_CMOCKA_OPTIONS
    "SHELL:-include stdarg.h" "SHELL:-include stddef.h" "SHELL:-include stdint.h"
    "SHELL:-include setjmp.h"
)

# ics_register_test(<name> LABEL <label> TIMEOUT <seconds> COMMAND <word>...)
function(ics_register_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "COMMAND")
    add_test(NAME "${name}" COMMAND ${arg_COMMAND} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
    set(environment
        "IPCSIM=${PROJECT_BINARY_DIR}/ipcsim"
        "IPCSIM_SOURCE_DIR=${PROJECT_SOURCE_DIR}"
        "IPCSIM_BUILD_DIR=${PROJECT_BINARY_DIR}"
        "IPCSIM_CC=${CMAKE_C_COMPILER}"
        "G_DEBUG=fatal-criticals"
        "G_SLICE=always-malloc" # what GLib pools is hidden from sanitizers
        "UBSAN_OPTIONS=print_stacktrace=1"
    )
    set_tests_properties("${name}" PROPERTIES
        LABELS "${arg_LABEL}"
        TIMEOUT "${arg_TIMEOUT}"
        SKIP_RETURN_CODE 77
        ENVIRONMENT "${environment}"
    )
endfunction()

# ics_program_target(<out-var> <folder> <source>): a target name for a test program. It is the
# file's name; where two folders have a file of one name, the later one carries its folder too.
function(ics_program_target out folder source)
    cmake_path(GET source STEM stem)
    if(TARGET "${stem}")
        set(stem "${folder}_${stem}")
    endif()
    set(${out} "${stem}" PARENT_SCOPE)
endfunction()

# ics_c_tests(<folder> LABEL <label> TIMEOUT <seconds> LINK <target>...)
#
# Every tests/<folder>/test_*.c is a cmocka program.
function(ics_c_tests folder)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "LINK")
    file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/${folder}/test_*.c")
    string(REPLACE "/" "_" prefix "${folder}")
    foreach(source IN LISTS sources)
        ics_program_target(target "${prefix}" "${source}")
        add_executable(${target} "${source}")
        target_link_libraries(${target} PRIVATE
            ipcsim_test_support ${arg_LINK} PkgConfig::CMOCKA m
        )
        target_compile_options(${target} PRIVATE ${ICS_CMOCKA_OPTIONS})
        cmake_path(GET source STEM stem)
        set_target_properties(${target} PROPERTIES
            OUTPUT_NAME "${stem}"
            RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests/${folder}"
        )
        ics_register_test("${folder}/${stem}"
            LABEL "${arg_LABEL}" TIMEOUT "${arg_TIMEOUT}" COMMAND ${target}
        )
    endforeach()
endfunction()

# ics_script_tests(<folder> LABEL <label> TIMEOUT <seconds>)
#
# Every tests/<folder>/test_*.sh runs under sh, every test_*.py under Debian's python3.
function(ics_script_tests folder)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "")
    file(GLOB scripts CONFIGURE_DEPENDS
        "${PROJECT_SOURCE_DIR}/tests/${folder}/test_*.sh"
        "${PROJECT_SOURCE_DIR}/tests/${folder}/test_*.py"
    )
    foreach(script IN LISTS scripts)
        cmake_path(GET script FILENAME name)
        set(interpreter sh)
        if(script MATCHES "\\.py$")
            set(interpreter /usr/bin/python3 -B)
        endif()
        ics_register_test("${folder}/${name}"
            LABEL "${arg_LABEL}" TIMEOUT "${arg_TIMEOUT}" COMMAND ${interpreter} "${script}"
        )
    endforeach()
endfunction()

# ics_tests(<folder> LABEL <label> TIMEOUT <seconds>): both kinds, linked with everything.
function(ics_tests folder)
    ics_c_tests(${folder} LINK ipcsim_all ${ARGN})
    ics_script_tests(${folder} ${ARGN})
endfunction()

# ics_unit_tests(): every tests/unit/<name>/ is linked with the one library ipcsim_<name>.
function(ics_unit_tests)
    file(GLOB folders CONFIGURE_DEPENDS LIST_DIRECTORIES true
        RELATIVE "${PROJECT_SOURCE_DIR}/tests/unit" "${PROJECT_SOURCE_DIR}/tests/unit/*"
    )
    foreach(folder IN LISTS folders)
        if(NOT IS_DIRECTORY "${PROJECT_SOURCE_DIR}/tests/unit/${folder}")
            continue()
        endif()
        string(REGEX REPLACE "^tool_" "" name "${folder}")
        if(NOT TARGET "ipcsim_${name}")
            message(FATAL_ERROR "tests/unit/${folder}: there is no library ipcsim_${name}")
        endif()
        ics_c_tests("unit/${folder}"
            LABEL unit TIMEOUT ${ICS_UNIT_TIMEOUT} LINK "ipcsim_${name}"
        )
    endforeach()
endfunction()

# ics_fuzz_targets(): every tests/fuzz/fuzz_<name>.c is a libFuzzer program in a fuzz build, and
# elsewhere a program that replays tests/fuzz/corpus/<name>/ as a test.
function(ics_fuzz_targets)
    file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/fuzz/fuzz_*.c")
    foreach(source IN LISTS sources)
        cmake_path(GET source STEM target)
        add_executable(${target} "${source}")
        target_link_libraries(${target} PRIVATE ipcsim_test_support ipcsim_all)
        set_target_properties(${target} PROPERTIES
            RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests/fuzz"
        )
        if(IPCSIM_FUZZ)
            target_link_options(${target} PRIVATE -fsanitize=fuzzer)
        else()
            target_sources(${target} PRIVATE "${PROJECT_SOURCE_DIR}/tests/fuzz/replay_driver.c")
            string(REGEX REPLACE "^fuzz_" "" name "${target}")
            ics_register_test("fuzz/${target}" LABEL unit TIMEOUT ${ICS_UNIT_TIMEOUT}
                COMMAND ${target} "${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name}"
            )
        endif()
    endforeach()
endfunction()
