#include "http/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/errors.h"

namespace nest::http {

namespace {

SSL* ssl(void* session) { return static_cast<SSL*>(session); }

// Of this thread; libcurl leaves some there, and OpenSSL takes them for those of the call that follows. To
// look is a quarter of the work of clearing.
void forget_errors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

}  // namespace

// What OpenSSL reads from and writes to.
struct TlsStream::Callbacks {
  static int read(BIO* bio, char* data, int size) {
    auto& self = *static_cast<TlsStream*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    if (self.may_receive_) {
      self.received_ = receive(self.fd_, data, static_cast<size_t>(size));
      const IoResult& result = self.received_.result;
      self.may_receive_ = !self.received_.is_drained;
      if (!result.again) return result.is_broken() ? -1 : static_cast<int>(result.size);
    }
    BIO_set_retry_read(bio);
    return -1;
  }

  static int write(BIO* bio, const char* data, int size) {
    const auto& self = *static_cast<TlsStream*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    const IoResult result = send(self.fd_, {data, static_cast<size_t>(size)});
    if (result.again) BIO_set_retry_write(bio);
    if (result.is_broken()) errno = result.failure.os_error;
    return result.again || result.is_broken() ? -1 : static_cast<int>(result.size);
  }

  // An end without a goodbye is an end, as Python and libcurl have it: whether the response is whole is known
  // otherwise.
  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "nest");
      NEST_CHECK(method != nullptr, "BIO_meth_new");
      BIO_meth_set_read(method, &read);
      BIO_meth_set_write(method, &write);
      BIO_meth_set_ctrl(method, &control);
      return method;
    }();
    return made;
  }
};

TlsStream::TlsStream(int fd, void* session, std::function<void()> close)
    : fd_(fd), session_(session), close_(std::move(close)) {
  NEST_CHECK(session_ != nullptr, "libcurl has connected without a TLS session");
  BIO* bio = BIO_new(Callbacks::method());
  NEST_CHECK(bio != nullptr, "BIO_new");
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl(session_), bio, bio);
  SSL_set_mode(ssl(session_), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_set_read_ahead(ssl(session_), 1);  // not first a record's header and then the rest
}

TlsStream::~TlsStream() {
  may_receive_ = true;
  close_();
}

Received TlsStream::read(char* data, size_t size) {
  may_receive_ = true;
  received_ = {};
  received_.at = std::chrono::steady_clock::now();
  size_t total = 0;
  Received end;
  do {
    forget_errors();
    const int count = SSL_read(ssl(session_), data + total, static_cast<int>(size - total));
    lacks_rest_ = count <= 0;
    if (count > 0) {
      total += static_cast<size_t>(count);
      continue;
    }
    const int error = SSL_get_error(ssl(session_), count);
    end.result.again = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
    if (received_.result.is_broken())
      end.result.failure = received_.result.failure;
    else if (error == SSL_ERROR_SSL)
      end.result.failure = failure("OpenSSL SSL_read", 0);
    break;
  } while (total < size && (may_receive_ || has_input()));
  end.at = received_.at;
  end.is_drained = total < size;
  if (total == 0) return end;
  end.result = {};
  end.result.size = total;
  return end;
}

IoResult TlsStream::write(std::string_view data) {
  IoResult result;
  forget_errors();
  constexpr size_t kMost = size_t{1} << 30;
  const int count = SSL_write(ssl(session_), data.data(), static_cast<int>(std::min(data.size(), kMost)));
  if (count > 0) {
    result.size = static_cast<size_t>(count);
    return result;
  }
  const int os_error = errno;
  const int error = SSL_get_error(ssl(session_), count);
  result.again = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
  if (!result.again) result.failure = failure("OpenSSL SSL_write", error == SSL_ERROR_SYSCALL ? os_error : 0);
  return result;
}

bool TlsStream::has_input() const { return !lacks_rest_ && SSL_has_pending(ssl(session_)) != 0; }

// With an errno it is the connection's, else TLS's own.
Failure TlsStream::failure(const char* action, int os_error) const {
  std::array<char, 256> words{};
  ERR_error_string_n(ERR_get_error(), words.data(), words.size());
  const FailureKind kind = os_error == EPIPE ? FailureKind::kConnectionClosed
                           : os_error != 0   ? FailureKind::kConnectionReset
                                             : FailureKind::kTls;
  return {kind, os_error, std::string(action) + ": " + words.data() + ", errno " + std::to_string(os_error)};
}

}  // namespace nest::http
