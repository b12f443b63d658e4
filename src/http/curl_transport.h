// HTTP through libcurl's multi interface: carries every protocol feature. The only folder with curl.h.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_descriptor.h"
#include "http/look_ups.h"
#include "http/request_head.h"
#include "http/tcp_connect.h"
#include "http/tls_stream.h"
#include "http/transport.h"

namespace nest::http {

// A connection on which nothing has been said yet, and whose descriptor is in no epoll set.
struct OpenedConnection {
  FileDescriptor socket;           // if it is plain
  std::unique_ptr<TlsStream> tls;  // else
  int fd = -1;                     // of either
};

// libcurl as what opens connections for another transport, besides carrying requests itself.
class Connector : public Transport {
 public:
  using Opened = std::function<void(Exchange*, OpenedConnection)>;

  // Where the exchange's server is, which `target` is of: if that is known without asking anybody, and there
  // is one address of it.
  virtual std::optional<Endpoint> known_endpoint(const Exchange& exchange, const Target& target) = 0;

  // Makes a connection as the exchange needs it: names, addresses, limits and settings are seen to. Then
  // `opened` has both, from outside libcurl, or the exchange is completed with its failure. Until then it may
  // be cancelled like one that was started.
  virtual void connect(Exchange* exchange) = 0;
};

std::unique_ptr<Connector> make_curl_connector(std::shared_ptr<LookUps> look_ups, const FileDescriptor& epoll,
                                               Transport::Events events, Connector::Opened opened);

// Must be made, used and destroyed on one thread. `epoll` must outlive it.
std::unique_ptr<Transport> make_curl_transport(const FileDescriptor& epoll, Transport::Events events);
// The same for one of several I/O threads, which look names up together.
std::unique_ptr<Transport> make_curl_transport_with(std::shared_ptr<LookUps> look_ups,
                                                    const FileDescriptor& epoll, Transport::Events events);

// Of the library that is in use.
std::string libcurl_version();
bool speaks_http(int version);  // as in Response::version
// Whether connections over TLS can be opened for another transport.
bool opens_tls();

}  // namespace nest::http
