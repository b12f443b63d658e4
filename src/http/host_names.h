// Which hosts a request is about to be connected to, and what the user at the keyboard has said about them.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace nest::http {

struct HostPort {
  std::string host;  // lower-case, in ASCII, as libcurl spells it: without a trailing dot
  int port = 0;
  // What is looked up: the host with the trailing dot that it may have had.
  std::string name;
};

// An IP address, of either version and without brackets.
bool is_numeric_address(const std::string& host);

// How names become addresses. Immutable and shared by all users.
class NameSettings {
 public:
  // Numeric addresses, IPv6 without brackets.
  using Addresses = std::vector<std::string>;

  // getaddrinfo does not tell how long an answer is good for.
  Duration time_to_live = std::chrono::seconds(60);  // zero: each connection looks up for itself
  // Each connection begins with the next of a name's addresses, instead of with the first.
  bool rotates = false;

  // `host` is reached at these addresses, on this port or, with 0, on all of them. A later one for the same
  // goes before.
  void override_addresses(std::string_view host, int port, Addresses addresses);
  // Null where nothing is said.
  const Addresses* overridden(const HostPort& target) const;

 private:
  std::unordered_map<std::string, Addresses> overrides_;  // by "host:port"
};

}  // namespace nest::http
