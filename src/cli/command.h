// What the program is started for, by its first word: a command of its own, or a test.
#pragma once

#include <string>
#include <vector>

namespace nest::cli {

struct Command {
  enum class Kind {
    kRun,     // everything else is for the reader of Locust's options, in Python
    kPython,  // the embedded interpreter, with `arguments` as its own
    kInit,    // the example project in arguments[0]
    kPrint,   // a text that Python makes: arguments are its kind and variety
    kHelp,    // of a command: arguments[0] is the text
  };
  Kind kind = Kind::kRun;
  std::vector<std::string> arguments;
};

// Reads argv[1..]; argv[0] is not looked at. Only commands are read here: what begins with anything else is a
// test, whatever it says. Throws UsageError for a command that is used wrongly.
Command read_command(const std::vector<std::string>& argv);

}  // namespace nest::cli
