// The two ways this program says that something is wrong.
//
// UsageError: the person at the keyboard can mend it (an option, a file). Caught once, in main, printed as
// one line. NEST_CHECK: an invariant of ours is broken; prints file, line and values and aborts.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace nest {

// A wrong option, configuration or model path. `what()` is one complete line without a trailing newline that
// says what is wrong, where, and what to do. `exit_code` is the process's exit code.
class UsageError : public std::runtime_error {
 public:
  explicit UsageError(const std::string& message, int exit_code = 2)
      : std::runtime_error(message), exit_code_(exit_code) {}
  int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

// Prints "file:line: broken invariant: condition (message)" to stderr and aborts. Any thread.
[[noreturn]] void check_failed(const char* file, int line, const char* condition, std::string_view message);

}  // namespace nest

// Always on, in every build: `message` is a std::string or literal with the values that matter.
#define NEST_CHECK(condition, message)                               \
  do {                                                               \
    if (!(condition)) [[unlikely]] {                                 \
      ::nest::check_failed(__FILE__, __LINE__, #condition, message); \
    }                                                                \
  } while (false)
