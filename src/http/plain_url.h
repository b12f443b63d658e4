// Whether a URL may go on the wire as it stands.
#pragma once

#include <string_view>

namespace nest::http {

// True for an absolute http or https URL that every client would send unchanged: lower-case scheme and host,
// a path, only characters that need no escaping, upper-case escapes of reserved characters, no dot segments,
// no user name, no fragment. False says nothing about validity: such a URL needs normalising first.
bool is_plain_url(std::string_view url);

}  // namespace nest::http
