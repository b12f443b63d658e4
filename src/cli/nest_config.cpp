#include "cli/nest_config.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <sstream>

#include "base/errors.h"
#include "cli/dependency_config.h"
#include "cli/did_you_mean.h"

namespace nest::cli {

namespace {

using Kind = JsonValue::Kind;

// How well a key's file fits a class: not at all, by bare name, by path.
enum Fit { kNone, kName, kPath };

Fit fit(const std::string& key_file, const std::string& class_file) {
  namespace fs = std::filesystem;
  const fs::path key = fs::path(key_file).lexically_normal();
  const fs::path file = fs::path(class_file).lexically_normal();
  if (key == file) return kPath;
  return key == file.filename() ? kName : kNone;
}

bool is_number(const JsonValue& value) { return value.kind == Kind::kNumber; }

std::string known_names(const std::vector<FoundClass>& classes) {
  if (classes.empty()) return "there are none";
  constexpr std::size_t kShown = 8;
  std::vector<std::string> names;
  for (const auto& found : classes) {
    if (std::find(names.begin(), names.end(), found.name) == names.end()) names.push_back(found.name);
  }
  std::string result = "there are ";
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) result += (i == 0 ? "" : ", ") + names[i];
  return names.size() > kShown ? result + ", ..." : result;
}

}  // namespace

NestConfig NestConfig::load(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    throw UsageError("configuration file " + path + ": is a directory");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) throw UsageError("configuration file " + path + ": " + std::strerror(errno));
  std::ostringstream text;
  text << file.rdbuf();
  return parse(text.str(), path);
}

NestConfig NestConfig::parse(std::string_view text, const std::string& path) {
  const JsonValue root = parse_json(text, path);
  if (root.kind != Kind::kObject) {
    throw mistake(path, root.position, "expected an object like {\"locusts\": {...}}, not " + describe(root));
  }
  NestConfig config;
  config.path_ = path;
  const std::vector<std::string> known{"locusts", "tasksets", "total_locusts", "total_tasksets",
                                       "dependencies"};
  for (const auto& [key, position, value] : root.members) {
    if (key == "locusts") {
      config.users_ = config.read_weights(value, key);
    } else if (key == "tasksets") {
      config.tasksets_ = config.read_weights(value, key);
    } else if (key == "dependencies") {
      config.dependencies_ = read_dependencies(value, path);
    } else if (std::find(known.begin(), known.end(), key) == known.end()) {
      throw mistake(path, position, unknown_key(key, known));
    }
  }
  for (const auto& [key, position, value] : root.members) {
    if (key == "total_locusts") config.check_total(value, key, config.users_);
    if (key == "total_tasksets") config.check_total(value, key, config.tasksets_);
  }
  return config;
}

std::vector<NestConfig::Entry> NestConfig::read_weights(const JsonValue& section,
                                                        const std::string& key) const {
  if (section.kind != Kind::kObject) {
    throw mistake(path_, section.position,
                  "'" + key + "' must be an object of class names and weights, not " + describe(section));
  }
  std::vector<Entry> entries;
  for (const auto& [name, position, value] : section.members) {
    if (!is_number(value) || value.number < 0) {
      throw mistake(path_, value.position,
                    "the weight of '" + name + "' must be a number of 0 or more, not " + describe(value));
    }
    const auto colon = name.rfind(':');
    const bool with_file = colon != std::string::npos;
    entries.push_back({name, position, with_file ? name.substr(0, colon) : "",
                       with_file ? name.substr(colon + 1) : name, value.number});
    if (entries.back().name.empty() || (with_file && entries.back().file.empty())) {
      throw mistake(path_, position, "'" + name + "' is neither a class nor file.py:Class");
    }
  }
  return entries;
}

void NestConfig::check_total(const JsonValue& total, const std::string& key,
                             const std::vector<Entry>& entries) {
  if (!is_number(total)) {
    throw mistake(path_, total.position, "'" + key + "' must be a number, not " + describe(total));
  }
  const double sum = std::accumulate(entries.begin(), entries.end(), 0.0,
                                     [](double so_far, const Entry& entry) { return so_far + entry.weight; });
  if (std::abs(sum - total.number) > 1e-9 * std::max(1.0, sum)) {
    std::ostringstream warning;
    warning << at(path_, total.position) << key << " is " << total.number << ", but the weights add up to "
            << sum;
    warnings_.push_back(warning.str());
  }
}

NestConfig::Weights NestConfig::resolve(const std::vector<FoundClass>& users,
                                        const std::vector<FoundClass>& tasksets) const {
  check_known(users_, users, "user class", tasksets, "tasksets");
  check_known(tasksets_, tasksets, "TaskSet", users, "locusts");
  return {weights_of(users, users_), weights_of(tasksets, tasksets_)};
}

std::vector<double> NestConfig::weights_of(const std::vector<FoundClass>& classes,
                                           const std::vector<Entry>& entries) const {
  std::vector<double> weights;
  for (const FoundClass& found : classes) {
    double weight = found.weight.value_or(1);
    int best = -1;
    for (const Entry& entry : entries) {
      if (entry.name != found.name) continue;
      const Fit how = entry.file.empty() ? kNone : fit(entry.file, found.file);
      if (!entry.file.empty() && how == kNone) continue;
      if (how > best) {
        best = how;
        weight = entry.weight;
      }
    }
    weights.push_back(weight);
  }
  return weights;
}

void NestConfig::check_known(const std::vector<Entry>& entries, const std::vector<FoundClass>& classes,
                             const std::string& kind, const std::vector<FoundClass>& others,
                             const std::string& other_section) const {
  const auto fits_any = [](const Entry& entry, const std::vector<FoundClass>& candidates) {
    return std::any_of(candidates.begin(), candidates.end(), [&](const FoundClass& found) {
      return entry.name == found.name && (entry.file.empty() || fit(entry.file, found.file) != kNone);
    });
  };
  const auto entry = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& candidate) { return !fits_any(candidate, classes); });
  if (entry == entries.end()) return;
  if (fits_any(*entry, others)) {
    throw mistake(path_, entry->position,
                  "'" + entry->key + "' is no " + kind + ": it belongs into '" + other_section + "'");
  }
  std::vector<std::string> candidates;
  candidates.reserve(classes.size());
  for (const FoundClass& found : classes) {
    candidates.push_back(entry->file.empty() ? found.name : found.file + ":" + found.name);
  }
  const std::string near = nearest(entry->key, candidates);
  throw mistake(path_, entry->position,
                "no " + kind + " '" + entry->key + "' in the models" +
                    (near.empty() ? "; " + known_names(classes) : ". Did you mean '" + near + "'?"));
}

}  // namespace nest::cli
