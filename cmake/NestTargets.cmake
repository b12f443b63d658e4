# How this project declares its targets: C++20, strict warnings, one library per
# folder of src/, one test program per folder of tests/unit/.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
endif()

find_package(Threads REQUIRED)

add_library(nest_options INTERFACE)
target_compile_options(nest_options INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
target_link_libraries(nest_options INTERFACE Threads::Threads)
# What CPython's C macros do not live up to; for everything but bindings/.
add_library(nest_strict_options INTERFACE)
target_compile_options(nest_strict_options INTERFACE -Wpedantic -Wold-style-cast -Wcast-qual)
target_link_libraries(nest_strict_options INTERFACE nest_options)

if(NEST_SANITIZE)
  add_compile_options(-fsanitize=${NEST_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${NEST_SANITIZE})
endif()

# nest_library(stats DEPS nest_base): every .cpp of the current folder.
function(nest_library name)
  cmake_parse_arguments(ARG "" "" "DEPS;PRIVATE_DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  if(NOT sources)
    add_library(nest_${name} INTERFACE)
    target_link_libraries(nest_${name} INTERFACE ${ARG_DEPS})
    return()
  endif()
  add_library(nest_${name} STATIC ${sources})
  target_include_directories(nest_${name} PUBLIC "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(nest_${name} PUBLIC ${ARG_DEPS} PRIVATE nest_strict_options ${ARG_PRIVATE_DEPS})
endfunction()

# nest_unit_test(stats): tests/unit/stats/*.cpp against nest_stats.
function(nest_unit_test name)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp")
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_tests ${sources})
  target_link_libraries(${name}_tests PRIVATE nest_${name} ${ARG_DEPS} nest_options GTest::gtest_main)
  # What is tested is optimised, which is enough; and g++ 12 warns of copies out of bounds where there are none.
  target_compile_options(${name}_tests PRIVATE -O0)
  # Most of what compiling a test takes is reading this header: it is read once for all of them.
  if(TARGET base_tests AND NOT name STREQUAL "base")
    target_precompile_headers(${name}_tests REUSE_FROM base_tests)
  else()
    target_precompile_headers(${name}_tests PRIVATE <gtest/gtest.h>)
  endif()
  gtest_discover_tests(${name}_tests TEST_PREFIX "unit/${name}/" PROPERTIES TIMEOUT 60)
endfunction()
