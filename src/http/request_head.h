// The bytes of an HTTP/1.1 request before its body.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/exchange.h"
#include "http/host_names.h"

namespace nest::http {

// Where a request goes; views into its URL.
struct Target {
  bool is_secure = false;
  std::string_view authority;  // host and port; without the port if it is the scheme's own
  std::string_view user;       // and password, as they are quoted in the URL: "user:password"; mostly empty
  std::string_view path;       // with the query; may be empty, or begin with the query
};

// Of an http or https URL that needs no normalising to be sent: lower-case scheme and host, printable ASCII
// only. Nothing of any other.
std::optional<Target> target_of(std::string_view url);

// The host and port of it, as libcurl spells them.
HostPort host_of(const Target& target);

// Appends all of it, with the empty line, and an Authorization where the URL has one and the headers do not.
// The body has so many bytes, or comes in chunks.
void append_head(std::string& text, const Request& request, const Target& target,
                 std::optional<uint64_t> body_length);

}  // namespace nest::http
