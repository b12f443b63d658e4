// The bytes of a connection over TLS whose handshake libcurl has made. The only files with OpenSSL's headers.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "http/socket_io.h"

namespace nest::http {

// Reads and writes the socket itself, so that a record takes one system call and has the kernel's stamp. The
// I/O thread's.
class TlsStream {
 public:
  // `session` is OpenSSL's SSL, on which nothing but its handshake has happened; `close` frees it, and may
  // say goodbye over it.
  TlsStream(int fd, void* session, std::function<void()> close);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  Received read(char* data, size_t size);
  // After `again` the same bytes are to be written again.
  IoResult write(std::string_view data);
  // Whether there is something to read of which the descriptor does not tell.
  bool has_input() const;

 private:
  struct Callbacks;

  Failure failure(const char* action, int error) const;

  const int fd_;
  void* const session_;
  const std::function<void()> close_;
  bool may_receive_ = true;
  bool lacks_rest_ = false;  // what OpenSSL has besides is the beginning of a record
  Received received_;        // the last of what came for this read
};

}  // namespace nest::http
