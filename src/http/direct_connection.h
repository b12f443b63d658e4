// One open HTTP/1.1 connection of one user, and the request that is under way on it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/file_descriptor.h"
#include "http/body_decoder.h"
#include "http/curl_transport.h"
#include "http/request_head.h"
#include "http/response_parser.h"
#include "http/socket_io.h"

namespace nest::http {

struct DirectPool;

// The I/O thread's. Reads and writes bytes; what they mean is the transport's business.
class DirectConnection {
 public:
  DirectConnection(OpenedConnection opened, DirectPool& of_user, const Exchange& first);
  DirectConnection(const DirectConnection&) = delete;
  DirectConnection& operator=(const DirectConnection&) = delete;

  // Whether it leads to that server, made with these settings.
  bool leads_to(const Target& target, const std::shared_ptr<const ConnectionSettings>& settings) const;
  // Whether the server has ended it, or said something unasked, of which no event has told yet.
  bool has_died_idle() const;

  // A request's bytes, for write_on() to send. `head` is valid until that returns, `body` until it is sent.
  void set_unsent(std::string_view head, std::string_view body);
  // As much as goes without blocking. `again`: the rest has to wait.
  IoResult write_on();
  size_t unsent() const { return head_left_.size() + body_left_.size(); }
  bool has_unsent() const { return !head_left_.empty() || !body_left_.empty(); }
  bool is_sending() const { return has_unsent() || !has_all_pieces; }
  // The rest is not to be sent any more.
  void drop_unsent() {
    head_left_ = body_left_ = {};
    has_all_pieces = true;
    awaits_piece = false;
  }

  Received read(char* data, size_t size);
  // Whether there is something to read of which the descriptor does not tell.
  bool has_input() const { return tls_ != nullptr && tls_->has_input(); }

  const int fd;
  DirectPool& pool;

  // The transport's.
  Exchange* exchange = nullptr;  // null: idle
  ResponseParser parser;
  std::unique_ptr<BodyDecoder> decoder;
  bool is_connecting = false;   // it does not stand yet; `last_activity` is when it was begun
  int connect_error = 0;        // why it will not, where that was known at once
  uint64_t served = 0;          // requests with a response
  bool has_answered = false;    // something came for this request
  bool is_paused = false;       // is not read from: the reader of the body has to catch up
  bool response_ended = false;  // while the request is still being sent
  bool awaits_piece = false;    // of a body that comes in pieces: the next one is not there yet
  bool has_all_pieces = true;   // of such a body
  bool sends_chunks = false;    // such a body, in place of a length
  Failure send_failure;
  uint32_t interest = 0;                      // what epoll is asked for
  SteadyTime last_activity{};                 // of this request
  SteadyTime next_check = SteadyTime::max();  // when the transport looks at the time limit

 private:
  void keep_head();

  const bool is_secure_;
  const std::string authority_;
  const std::shared_ptr<const ConnectionSettings> settings_;
  FileDescriptor socket_;
  std::unique_ptr<TlsStream> tls_;
  std::string head_;  // what has to wait
  std::string_view head_left_;
  std::string_view body_left_;
};

}  // namespace nest::http
