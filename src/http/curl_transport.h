// HTTP through libcurl's multi interface: carries every protocol feature. The only folder with curl.h.
#pragma once

#include <memory>
#include <string>

#include "base/file_descriptor.h"
#include "http/look_ups.h"
#include "http/transport.h"

namespace nest::http {

// Must be made, used and destroyed on one thread. `epoll` must outlive it.
std::unique_ptr<Transport> make_curl_transport(const FileDescriptor& epoll, Transport::Events events);
// The same for one of several I/O threads, which look names up together.
std::unique_ptr<Transport> make_curl_transport_with(std::shared_ptr<LookUps> look_ups,
                                                    const FileDescriptor& epoll, Transport::Events events);

// Of the library that is in use.
std::string libcurl_version();
bool speaks_http(int version);  // as in Response::version

}  // namespace nest::http
