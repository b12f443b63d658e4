// From which of this machine's addresses a connection is made.
#pragma once

#include <string>

namespace nest::http {

// Lets the socket, which is of this family, connect from the numeric address. 0, or an errno: EAFNOSUPPORT
// for an address of the other family, EADDRNOTAVAIL for one that is not this machine's.
int bind_to(const std::string& address, int fd, int family);

}  // namespace nest::http
