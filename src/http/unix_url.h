// URLs of servers that listen on a unix socket.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nest::http {

struct UnixUrl {
  std::string socket;  // its path
  std::string url;     // what is asked of that server
};

// Of http+unix://%2Fpath%2Fto%2Fsocket/path?query: the socket's path stands, quoted, in the host's place.
// Nothing of any other URL.
std::optional<UnixUrl> unix_url(std::string_view url);

}  // namespace nest::http
