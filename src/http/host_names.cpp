#include "http/host_names.h"

#include <arpa/inet.h>

#include <algorithm>

#include "http/exchange.h"

namespace nest::http {

namespace {

std::string key_of(std::string_view host, int port) {
  std::string key(host);
  std::transform(key.begin(), key.end(), key.begin(), lower);
  return key.append(":").append(std::to_string(port));
}

}  // namespace

bool is_numeric_address(const std::string& host) {
  in6_addr address{};
  if (::inet_pton(AF_INET, host.c_str(), &address) == 1) return true;
  return ::inet_pton(AF_INET6, host.substr(0, host.find('%')).c_str(), &address) == 1;
}

void NameSettings::override_addresses(std::string_view host, int port, Addresses addresses) {
  overrides_.insert_or_assign(key_of(host, port), std::move(addresses));
}

const NameSettings::Addresses* NameSettings::overridden(const HostPort& target) const {
  if (overrides_.empty()) return nullptr;
  for (const int port : {target.port, 0}) {
    const auto found = overrides_.find(key_of(target.host, port));
    if (found != overrides_.end()) return &found->second;
  }
  return nullptr;
}

}  // namespace nest::http
