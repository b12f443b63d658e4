// HTTP/1.1 in the common case without libcurl's machinery for transfers: it opens the connections, unless
// that is trivial, and what goes over them is written and read here.
#pragma once

#include <memory>

#include "base/file_descriptor.h"
#include "http/look_ups.h"
#include "http/transport.h"

namespace nest::http {

// Carries HTTP/1.1 requests, plain and over TLS, with whole bodies and streamed responses. What else there
// is goes libcurl's way by itself, on connections of its own: HTTP/2 and 3, proxies, unix sockets, bodies
// that are sent in pieces or wait for a 100, URLs that want normalising.
//
// Made, used and destroyed on one thread. `epoll` must outlive it.
std::unique_ptr<Transport> make_direct_transport(const FileDescriptor& epoll, Transport::Events events);
// The same with names looked up by `look_ups`.
std::unique_ptr<Transport> make_direct_transport_with(std::shared_ptr<LookUps> look_ups,
                                                      const FileDescriptor& epoll, Transport::Events events);

}  // namespace nest::http
