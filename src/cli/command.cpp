#include "cli/command.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/errors.h"

namespace nest::cli {

namespace {

// A parser for one command, which is given what follows the command's name.
class CommandLine {
 public:
  CommandLine(const std::string& name, const std::string& description) : app_(description, name) {
    app_.allow_extras();
  }

  CLI::App& app() { return app_; }

  // Throws CLI::CallForHelp where help is asked for, UsageError for anything that does not belong there.
  void read(const std::string& too_many, std::vector<std::string> words) {
    std::reverse(words.begin(), words.end());  // as CLI11 takes them
    try {
      app_.parse(words);
    } catch (const CLI::CallForHelp&) {
      throw;
    } catch (const CLI::ParseError& error) {
      throw UsageError(app_.get_name() + ": " + error.what());
    }
    for (const std::string& extra : app_.remaining()) {
      if (extra.size() > 1 && extra.front() == '-')
        throw UsageError(app_.get_name() + ": unrecognized argument: " + extra);
    }
    if (app_.remaining_size() > 0) throw UsageError(app_.get_name() + ": " + too_many);
  }

 private:
  CLI::App app_;
};

Command read_init(const std::string& name, const std::vector<std::string>& words) {
  std::string directory = ".";
  CommandLine line(name, "");
  CLI::App& app = line.app();
  app.add_option("DIR", directory);
  try {
    line.read("give at most one directory", words);
  } catch (const CLI::CallForHelp&) {
    return {Command::Kind::kHelp,
            {"Usage: locust-nest " + name +
             " [DIR]\n\n"
             "Writes an example project into DIR (default: the current directory): two\n"
             "models, their weights and a README. Never overwrites a file.\n"}};
  }
  if (directory.empty()) throw UsageError(name + ": the name of the directory is empty");
  return {Command::Kind::kInit, {directory}};
}

Command read_print(const std::string& name, const std::string& what, const std::vector<std::string>& choices,
                   const std::vector<std::string>& words) {
  std::string choice;
  CommandLine line(name, "");
  line.app().add_option("CHOICE", choice);
  std::string names;
  for (const std::string& one : choices) names += (names.empty() ? "" : " or ") + one;
  const std::string advice = "name " + what + ": " + names;
  try {
    line.read(advice, words);
  } catch (const CLI::CallForHelp&) {
    return {Command::Kind::kHelp,
            {"Usage: locust-nest " + name + " " + choices[0] + "|" + choices[1] + "\n"}};
  }
  if (std::find(choices.begin(), choices.end(), choice) == choices.end())
    throw UsageError(name + ": " + advice);
  return {Command::Kind::kPrint, {name, choice}};
}

}  // namespace

Command read_command(const std::vector<std::string>& argv) {
  if (argv.size() < 2) return {};
  const std::string& name = argv[1];
  const std::vector<std::string> words(argv.begin() + 2, argv.end());
  if (name == "python") return {Command::Kind::kPython, words};
  if (name == "init" || name == "install") return read_init(name, words);
  if (name == "completion") return read_print(name, "a shell", {"bash", "zsh"}, words);
  if (name == "reference") return read_print(name, "a document", {"markdown", "man"}, words);
  return {};
}

}  // namespace nest::cli
