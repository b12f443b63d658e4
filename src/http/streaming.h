// What both threads share of a request whose bodies cross between them while it is under way.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.h"
#include "http/body_pipe.h"

namespace nest::http {

struct Exchange;

// Belongs to an exchange. The first group is set before submit() and not changed; HttpEngine and the
// transport see to all else.
struct Streaming {
  static constexpr int64_t kUnknownLength = -1;

  bool sends_body = false;  // the request's body comes through request_body, not from Request::body
  int64_t body_length = kUnknownLength;  // of that body; unknown: sent in chunks
  bool reads_body = false;  // the response's body goes through response_body, not into Response::body

  BodyPipe request_body;   // written by the Python thread, read by the I/O thread
  BodyPipe response_body;  // written by the I/O thread, read by the Python thread

  // From here on (only with reads_body) the I/O thread leaves alone whatever describes the response's header,
  // and Timings::completed, which is the time of the header.
  std::atomic<bool> header_complete{false};
  // Set before that: the body comes as it was sent, in gzip or deflate, which its reader may want to see.
  bool is_encoded = false;

  // Since when the Python thread has been waiting for this request; zero while it does not.
  std::atomic<SteadyTime> python_waits_since{};
  // The transfer stands still until the Python thread has made room or supplied data.
  std::atomic<bool> transport_waits{false};
  std::atomic<bool> has_news{false};  // it is in the hand-over of news, or will be at once

  Exchange* exchange = nullptr;       // that it belongs to
  Streaming* next_handoff = nullptr;  // see HandoffQueue
};

}  // namespace nest::http
