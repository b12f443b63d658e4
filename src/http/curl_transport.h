// HTTP through libcurl's multi interface: carries every protocol feature. The only folder with curl.h.
#pragma once

#include <memory>
#include <string>

#include "base/file_descriptor.h"
#include "http/transport.h"

namespace nest::http {

struct CurlTransportSettings {
  std::string
      ca_path;  // PEM file or directory used where ConnectionSettings::ca_path is empty; empty: libcurl's own
};

// Must be made, used and destroyed on one thread. `epoll` must outlive it.
std::unique_ptr<Transport> make_curl_transport(const FileDescriptor& epoll, Transport::Completed completed,
                                               CurlTransportSettings settings);

}  // namespace nest::http
