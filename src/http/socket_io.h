// Reading from and writing to a connection without waiting, and when what was read had come.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/clock.h"
#include "http/exchange.h"

namespace nest::http {

// What came of a read or a write.
struct IoResult {
  size_t size = 0;     // bytes; of a read, 0 is the end of what will come, unless `again`
  bool again = false;  // nothing now: wait for the descriptor
  Failure failure;     // its kind is kNone unless the connection is broken

  bool is_broken() const { return failure.kind != FailureKind::kNone; }
};

struct Received {
  IoResult result;
  SteadyTime at{};          // when the kernel had the last byte
  bool is_drained = false;  // there is nothing more now
};

// Has the kernel stamp what comes.
void stamp_what_comes(int fd);
Received receive(int fd, char* data, size_t size);
// One after the other, as far as it goes.
IoResult send(int fd, std::string_view first, std::string_view second = {});

}  // namespace nest::http
