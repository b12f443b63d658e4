// A network and a clock inside the program, so that a case takes microseconds and always the same way.
//
// Linking network.cpp takes the place of the C library's functions for the whole program, libcurl included:
// sockets for TCP over IPv4 are known to no kernel, connect at once to a server's end and never block, and
// the monotonic clock moves only when it is told to. epoll_wait() knows of no other descriptors. One thread.
#pragma once

#include "base/clock.h"
#include "base/file_descriptor.h"

namespace nest::fuzz {

// The server's end of the oldest connection that was not taken yet, non-blocking; without a descriptor if
// there is none.
FileDescriptor take_connection();

void advance_clock(Duration by);

}  // namespace nest::fuzz
