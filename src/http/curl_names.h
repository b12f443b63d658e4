// The hosts for which libcurl would ask its own resolver.
#pragma once

#include <string>
#include <vector>

#include "http/host_names.h"

namespace nest::http {

// Those of the proxy, if there is one, and of the URL, unless the proxy is who looks that up. Nothing of a
// URL that libcurl cannot read.
std::vector<HostPort> hosts_to_connect_to(const std::string& url, const std::string& proxy);

// What libcurl's list of CURLOPT_RESOLVE has about a host, until it is told to forget it.
std::string resolve_line(const HostPort& target, const std::vector<std::string>& addresses);
std::string forget_line(const HostPort& target);

}  // namespace nest::http
