#include "cli/options.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "base/errors.h"
#include "cli/arguments.h"
#include "cli/help.h"
#include "cli/option_table.h"
#include "cli/option_values.h"

namespace nest::cli {

namespace {

using Strings = std::vector<std::string>;

bool given(const Arguments& arguments, std::string_view long_name) {
  return std::any_of(arguments.options.begin(), arguments.options.end(), [&](const Occurrence& occurrence) {
    return occurrence.option->long_name() == long_name;
  });
}

// -T is --tags with -f and --include-tasksets with a directory; -f can come from the environment too, unless
// the command line names a directory.
Arguments split_with_the_right_letter_t(const Strings& args, const Environment& environment,
                                        const Dialect& dialect) {
  Arguments arguments = split_arguments(args, LetterT::kTags, dialect);
  if (!dialect.wrapper) return arguments;
  const bool file_from_environment = environment("LOCUST_LOCUSTFILE") && !given(arguments, "--model-dir");
  if (given(arguments, "--locustfile") || file_from_environment) return arguments;
  return split_arguments(args, LetterT::kIncludeTasksets, dialect);
}

void set_value(Options& options, const OptionSpec& option, const std::string& value,
               const std::string& origin = "") {
  try {
    option.set(options, value);
  } catch (const BadValue& bad) {
    throw UsageError("argument " + option.display_name() + ": " + bad.what() + origin);
  }
}

// Of an option that counts once only the last occurrence is kept. Every value becomes a pair of arguments of
// its own, so that CLI11 need not guess where values end.
Strings spell_out(const Arguments& arguments) {
  Strings result;
  for (auto it = arguments.options.begin(); it != arguments.options.end(); ++it) {
    const auto same = [&](const Occurrence& later) { return later.option == it->option; };
    const bool replaced = std::any_of(std::next(it), arguments.options.end(), same);
    if (replaced && it->option->takes != Takes::kValues) continue;
    if (it->option->takes == Takes::kNothing) result.push_back(it->option->long_name());
    for (const auto& value : it->values) {
      result.push_back(it->option->long_name());
      result.push_back(value);
    }
  }
  return result;
}

void apply_command_line(Options& options, const Arguments& arguments) {
  options.user_classes = arguments.words;
  options.extras = arguments.extras;
  CLI::App app;
  app.set_help_flag();
  for (const OptionSpec& option : option_table()) {
    if (option.set == nullptr) continue;
    if (option.takes == Takes::kNothing) {
      app.add_flag_callback(option.long_name(), [&] { set_value(options, option, ""); });
      continue;
    }
    const auto set_all = [&](const Strings& values) {
      for (const auto& value : values) set_value(options, option, value);
    };
    app.add_option_function<Strings>(option.long_name(), set_all)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  Strings args = spell_out(arguments);
  std::reverse(args.begin(), args.end());  // CLI11 takes them from the back
  try {
    app.parse(std::move(args));
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
}

// [a, "b"] is a list; anything else is one value.
Strings environment_values(const OptionSpec& option, const std::string& value) {
  if (option.takes != Takes::kWords || !value.starts_with('[') || !value.ends_with(']')) return {value};
  Strings parts = split(std::string_view(value).substr(1, value.size() - 2), ',');
  for (std::string& part : parts) {
    const bool in_quotes =
        part.size() >= 2 && part.front() == part.back() && (part[0] == '"' || part[0] == '\'');
    if (in_quotes) part = part.substr(1, part.size() - 2);
  }
  return parts;
}

void apply_variable(Options& options, const OptionSpec& option, const std::string& name,
                    const std::string& value) {
  const std::string origin = " (in the environment: " + name + ")";
  if (option.set == nullptr) {
    const bool is_off = option.takes == Takes::kNothing && !parse_flag(value);
    if (is_off) return;
    throw UsageError(option.long_name() + " is not supported yet: " + option.missing + origin);
  }
  if (option.takes == Takes::kNothing) {
    if (parse_flag(value)) set_value(options, option, "");
    return;
  }
  for (const auto& part : environment_values(option, value)) set_value(options, option, part, origin);
}

void apply_environment(Options& options, const Arguments& arguments, const Environment& environment) {
  for (const OptionSpec& option : option_table()) {
    if (given(arguments, option.long_name())) continue;
    if (option.long_name() == "--locustfile" && given(arguments, "--model-dir")) continue;
    for (const auto& name : option.environment) {
      const auto value = environment(name);
      if (!value || (value->empty() && option.set == nullptr)) continue;
      try {
        apply_variable(options, option, name, *value);
      } catch (const BadValue& bad) {
        throw UsageError("environment variable " + name + ": " + bad.what());
      }
      break;
    }
  }
  if (options.user_classes.empty() && options.extras.empty()) {
    std::istringstream words(environment("LOCUST_USER_CLASSES").value_or(""));
    for (std::string word; words >> word;) options.user_classes.push_back(word);
  }
}

Options parse_init(const Strings& args) {
  Options options;
  options.command = Command::kInit;
  Strings directories;
  for (auto it = args.begin() + 1; it != args.end(); ++it) {
    if (*it == "-h" || *it == "--help") {
      options.command = Command::kHelp;
      options.text = init_help_text();
      return options;
    }
    if (it->size() > 1 && it->front() == '-') throw UsageError(args[0] + ": unrecognized argument: " + *it);
    directories.push_back(*it);
  }
  if (directories.size() > 1) throw UsageError(args[0] + ": give at most one directory");
  if (!directories.empty()) options.init_dir = directories[0];
  if (options.init_dir.empty()) throw UsageError(args[0] + ": the name of the directory is empty");
  return options;
}

// Whose options --help is to show beside ours: those of models that are named before it or after it. Mistakes
// in the other arguments are no reason to refuse help.
void settle_models_of_help(Options& options, const Environment& environment) {
  Strings rest = options.arguments;
  std::erase_if(rest, [](const std::string& arg) { return arg == "-h" || arg == "--help"; });
  try {
    const Arguments arguments = split_with_the_right_letter_t(rest, environment, options.dialect);
    for (const auto& [option, values] : arguments.options) {
      if (option->long_name() != "--locustfile" && option->long_name() != "--model-dir") continue;
      for (const auto& value : values) set_value(options, *option, value);
    }
  } catch (const UsageError&) {
    options.locustfiles.clear();
    options.model_dirs.clear();
  }
}

Options parse_run(const Strings& args, const Environment& environment, const Dialect& dialect) {
  const Arguments arguments = split_with_the_right_letter_t(args, environment, dialect);
  Options options;
  options.dialect = dialect;
  options.arguments = args;
  if (given(arguments, "--version")) {
    options.command = Command::kVersion;
    options.text = version_text(dialect);
    return options;
  }
  if (given(arguments, "--help")) {
    options.command = Command::kHelp;
    options.text = help_text(dialect);
    settle_models_of_help(options, environment);
    return options;
  }
  apply_command_line(options, arguments);
  apply_environment(options, arguments, environment);
  if (!dialect.wrapper && options.locustfiles.empty()) options.locustfiles = {options.locustfile};
  if (!options.headless && !options.configure && options.extras.empty()) {
    throw UsageError("the web interface does not exist yet: add --headless to start the test at once");
  }
  return options;
}

}  // namespace

Dialect dialect_of(std::string_view argv0) {
  return {.wrapper = argv0.substr(argv0.rfind('/') + 1) != "locust"};
}

Options parse(const std::vector<std::string>& args, const Environment& environment, const Dialect& dialect) {
  if (!dialect.wrapper) return parse_run(args, environment, dialect);
  if (!args.empty() && args[0] == "python") {
    Options options;
    options.command = Command::kPython;
    options.python_args.assign(args.begin() + 1, args.end());
    return options;
  }
  if (!args.empty() && (args[0] == "init" || args[0] == "install")) return parse_init(args);
  return parse_run(args, environment, dialect);
}

void settle_model_dirs(Options& options, bool stdin_is_terminal,
                       const std::filesystem::path& working_directory) {
  if (options.command != Command::kRun || !options.model_dirs.empty() || !options.locustfiles.empty()) return;
  std::error_code ignored;
  if (std::filesystem::is_directory(working_directory / "models", ignored)) {
    options.model_dirs.emplace_back("models");
  } else if (std::filesystem::is_regular_file(working_directory / options.locustfile, ignored)) {
    options.locustfiles = {options.locustfile};
  } else if (!stdin_is_terminal) {
    Strings unknown = options.extras;
    std::erase_if(unknown, [](const std::string& arg) { return !arg.starts_with('-'); });
    if (!unknown.empty()) throw UsageError(unrecognized_arguments(unknown, options.dialect));
    throw UsageError(
        "no models: there is no directory 'models' and no locustfile.py here. Name a directory with -d DIR, "
        "a "
        "file with -f FILE, or write an example with 'locust-nest init'");
  }
}

Options parse(int argc, const char* const* argv) {
  const Environment environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
  const Dialect dialect = dialect_of(argc > 0 ? argv[0] : "");
  Options options = parse(Strings(argv + std::min(argc, 1), argv + argc), environment, dialect);
  std::error_code unreadable;
  settle_model_dirs(options, isatty(STDIN_FILENO) == 1, std::filesystem::current_path(unreadable));
  return options;
}

}  // namespace nest::cli
