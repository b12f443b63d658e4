// The wrapper's configuration file: how much of each class runs, and the helper processes that must run
// beside.
//
//   {
//     "locusts": {"Customer": 5, "shop.py:Visitor": 2},
//     "tasksets": {"ReadReviews": 3},
//     "total_locusts": 7, "total_tasksets": 3,
//     "dependencies": [{"name": "data", "command": ["python3", "server.py"], "cwd": "services",
//                       "env": {"KEY": "value"}, "ready": {"http": "http://127.0.0.1:9000/health"},
//                       "timeout": 10, "required": true}]
//   }
//
// Every part may be missing. Whatever is wrong is a UsageError of one line: "config.json:3:17: ...".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/positioned_json.h"
#include "process/dependency_spec.h"

namespace nest::cli {

// A class that was found in the models.
struct FoundClass {
  std::string file;  // relative to its model directory
  std::string name;
  std::optional<double> weight;  // its own, if it has one
};

class NestConfig {
 public:
  // Throws UsageError if the file cannot be read or is not a valid configuration.
  static NestConfig load(const std::string& path);

  // The same for `text`; `path` is what errors name, and what "cwd" of a dependency is relative to.
  static NestConfig parse(std::string_view text, const std::string& path);

  struct Weights {
    std::vector<double> users;
    std::vector<double> tasksets;
  };

  // The weight of every class, in the order given: from the configuration, else its own, else 1. A key
  // "Class" counts for all classes of this name, "file.py:Class" for that of one file (path below the model
  // directory, which counts most, or bare name). Throws UsageError for a key that fits no class.
  Weights resolve(const std::vector<FoundClass>& users, const std::vector<FoundClass>& tasksets) const;

  // Valid, with absolute working directories; in the order of the file.
  const std::vector<process::DependencySpec>& dependencies() const { return dependencies_; }

  // What does not add up but hinders nothing, each in one line.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  struct Entry {
    std::string key;
    Position position;  // of the key
    std::string file;   // empty: any
    std::string name;
    double weight;
  };

  std::vector<Entry> read_weights(const JsonValue& section, const std::string& key) const;
  void check_total(const JsonValue& total, const std::string& key, const std::vector<Entry>& entries);
  std::vector<double> weights_of(const std::vector<FoundClass>& classes,
                                 const std::vector<Entry>& entries) const;
  // Throws for the first entry that fits none of `classes`; `kind` and `others` make the message helpful.
  void check_known(const std::vector<Entry>& entries, const std::vector<FoundClass>& classes,
                   const std::string& kind, const std::vector<FoundClass>& others,
                   const std::string& other_section) const;

  std::string path_;
  std::vector<Entry> users_;
  std::vector<Entry> tasksets_;
  std::vector<process::DependencySpec> dependencies_;
  std::vector<std::string> warnings_;
};

}  // namespace nest::cli
