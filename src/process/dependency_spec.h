// What a configuration says about one helper process ("dependency"). Plain data, no behaviour.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace nest::process {

// How we learn that a helper process is ready for the test.
enum class ReadyKind {
  kNone,  // ready as soon as its command has been executed; `value` is empty
  kHttp,  // `value` is "http://host[:port][/path]": ready when GET answers with a status of 200 to 299
  kTcp,   // `value` is "host:port" ("[::1]:port" for IPv6): ready when it accepts a connection
  kLog,   // `value` is an ECMAScript regular expression: ready when it is found in a line of the output
          // (in its first 1000 bytes; no back-references)
};

struct ReadyCheck {
  ReadyKind kind = ReadyKind::kNone;
  std::string value;
};

struct DependencySpec {
  // Unique among the dependencies of a run; the prefix of its lines in the log.
  std::string name;

  // Program and arguments, never empty. A program without a slash is looked up in PATH, one with a slash is
  // relative to `cwd`. A shell string is {"/bin/sh", "-c", text}.
  std::vector<std::string> command;

  // Where it runs; empty means our own working directory.
  std::string cwd;

  // Added to our own environment, replacing what is there; the later of two pairs with one key wins.
  // PYTHONUNBUFFERED=1 is added unless it is set, because a Python program would keep its output back in a
  // pipe.
  std::vector<std::pair<std::string, std::string>> env;

  ReadyCheck ready;

  // How long it may take to become ready.
  double timeout_s = 10.0;

  // Its death ends the run.
  bool required = true;
};

// Throws UsageError, in one line that names the dependency, unless a Supervisor could understand `spec`: it
// has a name and a command, a positive time-out, and a readiness check that can be parsed (an http URL, a
// host:port, a valid regular expression).
void validate(const DependencySpec& spec);

}  // namespace nest::process
