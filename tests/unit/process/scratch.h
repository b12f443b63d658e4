// What the tests of helper processes share: a directory of their own, ports, and specs of shell scripts.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "base/file_descriptor.h"
#include "process/dependency_spec.h"
#include "process/supervisor.h"

namespace nest::process {

// Deadlines, not timings: a healthy test never waits for one.
inline constexpr double kDeadlineS = 30.0;

// A directory that goes away with the test.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "nest-process-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = name;
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  std::string path(const std::string& name = "") const { return (path_ / name).string(); }

  std::string read(const std::string& name) const {
    std::ifstream file(path_ / name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  void write(const std::string& name, const std::string& text) const { std::ofstream(path_ / name) << text; }

 private:
  std::filesystem::path path_;
};

// A listener on a port of 127.0.0.1 that the kernel chose.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* name = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_.get(), name, length) != 0 || ::listen(socket_.get(), 8) != 0 ||
        ::getsockname(socket_.get(), name, &length) != 0) {
      throw std::runtime_error("cannot listen");
    }
    port_ = ntohs(address.sin_port);
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  int port() const { return port_; }

 private:
  FileDescriptor socket_;
  int port_ = 0;
};

// A port that nobody listens on now.
inline int free_port() { return Listener().port(); }

inline DependencySpec shell(const std::string& name, const std::string& script) {
  DependencySpec spec;
  spec.name = name;
  spec.command = {"/bin/sh", "-c", script};
  spec.timeout_s = kDeadlineS;
  return spec;
}

inline DependencySpec python(const std::string& name, const std::string& program) {
  DependencySpec spec = shell(name, "");
  spec.command = {"/usr/bin/python3", "-c", program};
  return spec;
}

inline DependencySpec ready_when(DependencySpec spec, ReadyKind kind, const std::string& value) {
  spec.ready = {kind, value};
  return spec;
}

inline const Status& status_of(const std::vector<Status>& statuses, const std::string& name) {
  for (const auto& status : statuses) {
    if (status.name == name) return status;
  }
  throw std::out_of_range(name);
}

// Waits for the state of one helper and returns its status then.
inline Status await(const Supervisor& supervisor, const std::string& name, State state) {
  Status found;
  EXPECT_TRUE(supervisor.wait_until(
      [&](const std::vector<Status>& statuses) {
        found = status_of(statuses, name);
        return found.state == state;
      },
      kDeadlineS))
      << name << " stayed in state " << static_cast<int>(found.state) << ": " << found.reason;
  return found;
}

// Waits until the helper has printed `line` as its last.
inline void await_line(const Supervisor& supervisor, const std::string& name, const std::string& line) {
  EXPECT_TRUE(supervisor.wait_until(
      [&](const std::vector<Status>& statuses) {
        const auto& lines = status_of(statuses, name).last_output;
        return !lines.empty() && lines.back() == line;
      },
      kDeadlineS))
      << name << " did not print " << line;
}

using Lines = std::vector<std::string>;

inline testing::AssertionResult contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "'" << part << "' is not in '" << text << "'";
}

inline testing::AssertionResult begins_with(const std::string& text, const std::string& part) {
  if (text.starts_with(part)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "'" << part << "' does not begin '" << text << "'";
}

// The message of the UsageError that `action` throws.
template <typename Action>
std::string usage_error_of(Action action) {
  try {
    action();
  } catch (const UsageError& error) {
    return error.what();
  }
  ADD_FAILURE() << "no UsageError";
  return "";
}

}  // namespace nest::process
