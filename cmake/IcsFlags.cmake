# Compiler flags of every target. The presets set IPCSIM_WERROR, IPCSIM_SANITIZE,
# IPCSIM_COVERAGE and IPCSIM_FUZZ; everything else is the same in every build.

option(IPCSIM_WERROR "Treat warnings as errors" OFF)
option(IPCSIM_COVERAGE "Instrument for gcov" OFF)
option(IPCSIM_FUZZ "Build the fuzz targets with libFuzzer (clang only)" OFF)
option(IPCSIM_COROUTINE_UCONTEXT "Switch coroutines with swapcontext(3) on every machine" OFF)
set(IPCSIM_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# One set of objects for the command, the archive and the shared object. Nobody replaces our
# functions at run time, so that they may be inlined all the same.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# NDEBUG stays undefined in every build: an assertion that fails is a finding.
set(CMAKE_C_FLAGS_RELEASE "-O3")

# Fat objects: the installed archive links with and without the link-time optimiser.
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    set(CMAKE_C_COMPILE_OPTIONS_IPO -flto=auto -ffat-lto-objects)
endif()

add_compile_definitions(_GNU_SOURCE ICS_VERSION="${PROJECT_VERSION}")
add_compile_options(
    "$<$<COMPILE_LANGUAGE:C>:-Wall;-Wextra;-Wshadow;-Wstrict-prototypes;-Wmissing-prototypes>"
    "$<$<COMPILE_LANGUAGE:C>:-ffp-contract=off;-fno-semantic-interposition>"
)
include_directories("${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/include")
if(IPCSIM_COROUTINE_UCONTEXT)
    add_compile_definitions(IPCSIM_COROUTINE_UCONTEXT)
endif()

if(IPCSIM_WERROR)
    add_compile_options("$<$<COMPILE_LANGUAGE:C>:-Werror>")
endif()

# What an embedder must add to link an instrumented library; stands in ipcsim.pc.
set(ICS_INSTRUMENT_FLAGS "")
if(IPCSIM_SANITIZE)
    list(APPEND ICS_INSTRUMENT_FLAGS "-fsanitize=${IPCSIM_SANITIZE}")
    add_compile_options(
        "$<$<COMPILE_LANGUAGE:C>:-fno-omit-frame-pointer;-fno-sanitize-recover=all>"
    )
endif()
if(IPCSIM_COVERAGE)
    list(APPEND ICS_INSTRUMENT_FLAGS --coverage)
    add_compile_options("$<$<COMPILE_LANGUAGE:C>:-fprofile-update=atomic>")
endif()
add_compile_options("$<$<COMPILE_LANGUAGE:C>:${ICS_INSTRUMENT_FLAGS}>")
add_link_options(${ICS_INSTRUMENT_FLAGS})
if(IPCSIM_FUZZ)
    add_compile_options("$<$<COMPILE_LANGUAGE:C>:-fsanitize=fuzzer-no-link>")
endif()
