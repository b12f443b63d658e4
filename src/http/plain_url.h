// Whether a URL may go on the wire as it stands.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nest::http {

// True for an absolute http or https URL that every client would send unchanged: lower-case scheme and host,
// a path, only characters that need no escaping, upper-case escapes of reserved characters, no dot segments,
// no user name, no fragment. False says nothing about validity: such a URL needs normalising first.
bool is_plain_url(std::string_view url);

// `url`, in UTF-8, with an escape for each character of path and query that needs one, if that makes it
// plain: what requests makes of it.
std::optional<std::string> escaped_url(std::string_view url);

}  // namespace nest::http
