#include "process/dependency_spec.h"

#include <cmath>
#include <regex>

#include "base/errors.h"
#include "process/endpoint.h"
#include "process/log_pattern.h"

namespace nest::process {

namespace {

std::string complaint_about(const ReadyCheck& check) {
  switch (check.kind) {
    case ReadyKind::kNone:
      return "";
    case ReadyKind::kHttp:
      if (check.value.starts_with("https://")) {
        return "readiness over https is not supported: '" + check.value + "'; use http or tcp";
      }
      if (!parse_http_url(check.value))
        return "not an http URL to check for readiness: '" + check.value + "'";
      return "";
    case ReadyKind::kTcp:
      if (!parse_host_port(check.value))
        return "not a host:port to check for readiness: '" + check.value + "'";
      return "";
    case ReadyKind::kLog:
      try {
        if (check.value.empty()) return "an empty pattern would be ready at the first line of output";
        LogPattern pattern(check.value);
        return "";
      } catch (const std::regex_error& error) {
        return "not a regular expression to look for in the output: '" + check.value + "'";
      }
  }
  return "unknown kind of readiness check";
}

bool has_nul(const DependencySpec& spec) {
  const auto holds = [](const std::string& text) { return text.find('\0') != std::string::npos; };
  for (const auto& argument : spec.command) {
    if (holds(argument)) return true;
  }
  for (const auto& [key, value] : spec.env) {
    if (holds(key) || holds(value)) return true;
  }
  return holds(spec.cwd);
}

std::string complaint_about(const DependencySpec& spec) {
  if (spec.command.empty() || spec.command.front().empty()) return "the command is empty";
  if (has_nul(spec)) return "a NUL character in its command, directory or environment";
  for (const auto& [key, value] : spec.env) {
    if (key.empty() || key.find('=') != std::string::npos) {
      return "not a name for an environment variable: '" + key + "'";
    }
  }
  if (!(spec.timeout_s > 0) || !std::isfinite(spec.timeout_s)) {
    return "the time-out must be a positive number of seconds";
  }
  return complaint_about(spec.ready);
}

}  // namespace

void validate(const DependencySpec& spec) {
  if (spec.name.empty() || spec.name.find('\n') != std::string::npos) {
    throw UsageError("a dependency needs a name of one line");
  }
  const std::string complaint = complaint_about(spec);
  if (!complaint.empty()) throw UsageError("dependency '" + spec.name + "': " + complaint);
}

}  // namespace nest::process
