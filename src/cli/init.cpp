#include "cli/init.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/errors.h"
#include "cli/example_project.h"

namespace nest::cli {

namespace {

namespace fs = std::filesystem;

void refuse_to_overwrite(const fs::path& directory) {
  std::string existing;
  for (const auto& file : example_project()) {
    std::error_code error;
    const fs::path path = directory / file.path;
    // A dangling link counts too.
    if (fs::exists(fs::symlink_status(path, error))) {
      existing += (existing.empty() ? "" : ", ") + path.lexically_normal().string();
    }
  }
  if (!existing.empty()) throw UsageError("init: nothing was written, because this exists: " + existing);
}

[[noreturn]] void fail(const fs::path& path, const std::string& reason) {
  throw UsageError("init: cannot write " + path.lexically_normal().string() + ": " + reason);
}

// The mode "x" fails for a file that has appeared meanwhile.
void write_new(const fs::path& path, const std::string& text) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) fail(path, error.message());
  std::FILE* file = std::fopen(path.c_str(), "wbx");
  if (file == nullptr) fail(path, std::strerror(errno));
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const bool closed = std::fclose(file) == 0;
  if (!written || !closed) fail(path, std::strerror(errno));
}

// For a POSIX shell.
std::string quoted(const std::string& word) {
  constexpr const char* kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+,";
  if (word.find_first_not_of(kPlain) == std::string::npos && !word.starts_with('-')) return word;
  std::string result = "'";
  for (const char c : word) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

}  // namespace

std::string write_example_project(const fs::path& directory) {
  const fs::path root = directory.empty() ? fs::path(".") : directory;
  refuse_to_overwrite(root);
  std::string report = "Wrote an example project:\n";
  for (const auto& file : example_project()) {
    write_new(root / file.path, file.text);
    report += "  " + (root / file.path).lexically_normal().string() + "\n";
  }
  report += "\nRun it with:\n";
  const std::string place = root.lexically_normal().string();
  if (place != "." && place != "./") report += "  cd " + quoted(place) + "\n";
  return report + "  locust-nest --headless -T -u 10 -r 5 -t 15s -H http://127.0.0.1:18099\n";
}

}  // namespace nest::cli
