#include "cli/arguments.h"

#include <algorithm>
#include <optional>

#include "base/errors.h"
#include "cli/did_you_mean.h"

namespace nest::cli {

namespace {

// -5, -.5, -2.75: a value, since no option looks like a number.
bool is_negative_number(const std::string& arg) {
  const auto dot = arg.find('.');
  const auto digits = [&](std::size_t from, std::size_t to) {
    return std::all_of(arg.begin() + static_cast<std::ptrdiff_t>(from),
                       arg.begin() + static_cast<std::ptrdiff_t>(to),
                       [](char c) { return c >= '0' && c <= '9'; });
  };
  if (arg.size() < 2 || arg[0] != '-') return false;
  if (dot == std::string::npos) return digits(1, arg.size());
  return dot + 1 < arg.size() && digits(1, dot) && digits(dot + 1, arg.size());
}

class Splitter {
 public:
  Splitter(const std::vector<std::string>& args, LetterT letter_t, const Dialect& dialect)
      : args_(args), letter_t_(letter_t), dialect_(dialect) {}

  Arguments run() {
    while (position_ < args_.size() && !finished_) {
      const std::string& arg = args_[position_++];
      if (arg == "--") {
        after_unknown_ = false;
        for (; position_ < args_.size(); ++position_) word(args_[position_]);
        break;
      }
      if (!looks_like_option(arg)) {
        word(arg);
      } else if (arg.starts_with("--")) {
        long_option(arg);
      } else {
        short_options(arg);
      }
    }
    if (!result_.extras.empty()) {
      result_.extras.insert(result_.extras.begin(), result_.words.begin(), result_.words.end());
      result_.words.clear();
    }
    return std::move(result_);
  }

 private:
  const OptionSpec* find(const std::string& name) const {
    if (std::find(dialect_.taken.begin(), dialect_.taken.end(), name) != dialect_.taken.end()) return nullptr;
    if (name == "-T" && letter_t_ == LetterT::kTags) return find_option("--tags");
    const OptionSpec* option = find_option(name);
    if (option != nullptr && option->old) return nullptr;
    if (option != nullptr && (dialect_.wrapper || !option->wrapper)) return option;
    return find_abbreviated(name);
  }

  // After an unknown option it may be a value of that option.
  void word(const std::string& arg) { (after_unknown_ ? result_.extras : result_.words).push_back(arg); }

  void unknown(const std::string& arg) {
    after_unknown_ = true;
    result_.extras.push_back(arg);
  }

  bool looks_like_option(const std::string& arg) const {
    if (arg.size() < 2 || arg[0] != '-' || is_negative_number(arg)) return false;
    const std::string name = arg.substr(0, arg.find('='));
    if (find(name) != nullptr) return true;
    if (name.size() < arg.size() && name.starts_with("--")) return name.find(' ') == std::string::npos;
    return arg.find(' ') == std::string::npos || find(arg.substr(0, 2)) != nullptr;
  }

  void long_option(const std::string& arg) {
    const auto equals = arg.find('=');
    const OptionSpec* option = find(arg.substr(0, equals));
    if (option == nullptr) {
      unknown(arg);
    } else if (equals == std::string::npos) {
      add(*option, arg, std::nullopt);
    } else {
      add(*option, arg.substr(0, equals), arg.substr(equals + 1));
    }
  }

  // -u5, -u=5, -u 5, and flags joined to each other and to a last option: -yu5.
  void short_options(const std::string& arg) {
    for (std::size_t i = 1; i < arg.size() && !finished_; ++i) {
      const std::string name{'-', arg[i]};
      const OptionSpec* option = find(name);
      if (option == nullptr) {
        unknown(i == 1 ? arg : "-" + arg.substr(i));
        return;
      }
      const std::string rest = arg.substr(i + 1);
      const bool joined_flag = option->takes == Takes::kNothing && !rest.starts_with("=");
      if (rest.empty() || joined_flag) {
        add(*option, name, std::nullopt);
      } else {
        add(*option, name, rest.starts_with("=") ? rest.substr(1) : rest);
        return;
      }
    }
  }

  void add(const OptionSpec& option, const std::string& spelling, const std::optional<std::string>& joined) {
    if (option.set == nullptr) {
      throw UsageError(spelling + " is not supported yet: " + option.missing);
    }
    after_unknown_ = false;
    Occurrence occurrence{&option, {}};
    if (joined) {
      if (option.takes == Takes::kNothing) {
        throw UsageError("argument " + option.display_name() + ": ignored explicit argument '" + *joined +
                         "'");
      }
      occurrence.values.push_back(*joined);
    } else if (option.takes == Takes::kWords) {
      while (value_follows()) occurrence.values.push_back(args_[position_++]);
    } else if (option.takes != Takes::kNothing) {
      if (!value_follows()) {
        throw UsageError("argument " + option.display_name() + ": expected one argument");
      }
      occurrence.values.push_back(args_[position_++]);
    }
    finished_ = option.long_name() == "--help" || option.long_name() == "--version";
    result_.options.push_back(std::move(occurrence));
  }

  bool value_follows() const {
    return position_ < args_.size() && args_[position_] != "--" && !looks_like_option(args_[position_]);
  }

  const std::vector<std::string>& args_;
  const LetterT letter_t_;
  const Dialect& dialect_;
  std::size_t position_ = 0;
  bool finished_ = false;
  bool after_unknown_ = false;
  Arguments result_;
};

}  // namespace

Arguments split_arguments(const std::vector<std::string>& args, LetterT letter_t, const Dialect& dialect) {
  return Splitter(args, letter_t, dialect).run();
}

std::string unrecognized_arguments(const std::vector<std::string>& args, const Dialect& dialect,
                                   const std::vector<std::string>& further_names) {
  for (const auto& arg : args) {
    const std::string name = arg.substr(0, arg.find('='));
    const OptionSpec* option = find_option(name);
    if (option != nullptr && option->old) return name + " is not supported yet: " + option->missing;
  }
  std::string message = "unrecognized arguments:";
  for (const auto& arg : args) message += " " + arg;
  std::vector<std::string> names = all_long_names(dialect);
  names.insert(names.end(), further_names.begin(), further_names.end());
  const std::string first = args.empty() ? "" : args.front();
  const std::string near = nearest(first.substr(0, first.find('=')), names);
  if (!near.empty()) message += "\nDid you mean '" + near + "'?";
  return message;
}

}  // namespace nest::cli
