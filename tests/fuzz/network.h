// A network and a clock inside the program, so that a case takes microseconds and always the same way.
//
// Linking network.cpp takes the place of the C library's functions for the whole program, libcurl included:
// a TCP socket over IPv4 is one end of a socket pair and connects at once, and the monotonic clock moves only
// when it is told to. One thread.
#pragma once

#include "base/clock.h"
#include "base/file_descriptor.h"

namespace nest::fuzz {

// The server's end of the oldest connection that was not taken yet, non-blocking; without a descriptor if
// there is none.
FileDescriptor take_connection();

void advance_clock(Duration by);

}  // namespace nest::fuzz
