#include "cli/dependency_config.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/errors.h"
#include "cli/did_you_mean.h"

namespace nest::cli {

namespace {

using Kind = JsonValue::Kind;
using process::DependencySpec;
using process::ReadyCheck;
using process::ReadyKind;

class DependencyReader {
 public:
  explicit DependencyReader(const std::string& path) : path_(path) {
    std::error_code error;
    folder_ = std::filesystem::absolute(path, error).parent_path();
  }

  DependencySpec read(const JsonValue& value) const {
    expect(value, Kind::kObject, "a dependency", "an object");
    DependencySpec spec;
    spec.cwd = folder_.string();
    for (const auto& [key, position, member] : value.members) read_member(spec, key, position, member);
    if (spec.name.empty()) fail(value.position, "a dependency needs a 'name'");
    if (spec.command.empty()) fail(value.position, "dependency '" + spec.name + "' needs a 'command'");
    try {
      process::validate(spec);
    } catch (const UsageError& error) {
      fail(value.position, error.what());
    }
    return spec;
  }

  [[noreturn]] void fail(Position position, const std::string& what) const {
    throw mistake(path_, position, what);
  }

  void expect(const JsonValue& value, Kind kind, const std::string& subject, const std::string& what) const {
    if (value.kind != kind) fail(value.position, subject + " must be " + what + ", not " + describe(value));
  }

 private:
  void read_member(DependencySpec& spec, const std::string& key, Position position,
                   const JsonValue& value) const {
    const std::string subject = "'" + key + "'";
    if (key == "name") {
      expect(value, Kind::kString, subject, "a string");
      if (value.string.empty()) fail(value.position, "'name' must not be empty");
      spec.name = value.string;
    } else if (key == "command") {
      spec.command = read_command(value);
    } else if (key == "cwd") {
      expect(value, Kind::kString, subject, "a string");
      spec.cwd = (folder_ / value.string).lexically_normal().string();
    } else if (key == "env") {
      expect(value, Kind::kObject, subject, "an object");
      for (const auto& [name, place, text] : value.members) {
        expect(text, Kind::kString, "'env': '" + name + "'", "a string");
        spec.env.emplace_back(name, text.string);
      }
    } else if (key == "ready") {
      spec.ready = read_ready(value);
    } else if (key == "timeout") {
      expect(value, Kind::kNumber, subject, "a number of seconds");
      if (value.number <= 0) fail(value.position, "'timeout' must be greater than 0");
      spec.timeout_s = value.number;
    } else if (key == "required") {
      expect(value, Kind::kBool, subject, "true or false");
      spec.required = value.boolean;
    } else {
      fail(position, unknown_key(key, {"name", "command", "cwd", "env", "ready", "timeout", "required"}));
    }
  }

  // A string is a command for the shell.
  std::vector<std::string> read_command(const JsonValue& value) const {
    const std::string what = "a string for the shell or an array of strings";
    if (value.kind == Kind::kString && !value.string.empty()) return {"/bin/sh", "-c", value.string};
    if (value.kind == Kind::kString) fail(value.position, "'command' must not be empty");
    expect(value, Kind::kArray, "'command'", what);
    std::vector<std::string> command;
    for (const JsonValue& item : value.items) {
      expect(item, Kind::kString, "'command'", what);
      command.push_back(item.string);
    }
    if (command.empty()) fail(value.position, "'command' must not be empty");
    return command;
  }

  ReadyCheck read_ready(const JsonValue& value) const {
    const std::string what = "an object with one of the keys http, tcp and log";
    expect(value, Kind::kObject, "'ready'", what);
    if (value.members.size() != 1) fail(value.position, "'ready' must be " + what);
    const auto& [key, position, text] = value.members.front();
    if (key != "http" && key != "tcp" && key != "log") {
      fail(position, unknown_key(key, {"http", "tcp", "log"}));
    }
    expect(text, Kind::kString, "'" + key + "'", "a string");
    const ReadyKind kind = key == "http"  ? ReadyKind::kHttp
                           : key == "tcp" ? ReadyKind::kTcp
                                          : ReadyKind::kLog;
    return {kind, text.string};
  }

  const std::string& path_;
  std::filesystem::path folder_;
};

}  // namespace

std::string unknown_key(const std::string& key, const std::vector<std::string>& known) {
  const std::string near = nearest(key, known);
  std::string message = "unknown key '" + key + "'";
  if (!near.empty()) return message + ". Did you mean '" + near + "'?";
  message += "; the keys are";
  for (const auto& name : known) message += (name == known.front() ? " " : ", ") + name;
  return message;
}

std::vector<DependencySpec> read_dependencies(const JsonValue& list, const std::string& path) {
  const DependencyReader reader(path);
  reader.expect(list, Kind::kArray, "'dependencies'", "an array");
  std::vector<DependencySpec> specs;
  std::set<std::string> names;
  for (const JsonValue& item : list.items) {
    specs.push_back(reader.read(item));
    if (!names.insert(specs.back().name).second) {
      reader.fail(item.position, "a second dependency called '" + specs.back().name + "'");
    }
  }
  return specs;
}

}  // namespace nest::cli
