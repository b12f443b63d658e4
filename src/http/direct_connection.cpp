#include "http/direct_connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace nest::http {

namespace {

// Both of two settings may be absent, which is the same as the defaults.
bool are_same(const ConnectionSettings* a, const ConnectionSettings* b) {
  static const ConnectionSettings defaults;
  if (a == b) return true;
  const ConnectionSettings& one = a == nullptr ? defaults : *a;
  const ConnectionSettings& other = b == nullptr ? defaults : *b;
  return one.verify == other.verify && one.ca_path == other.ca_path && one.client_cert == other.client_cert &&
         one.client_key == other.client_key && one.proxy == other.proxy;
}

}  // namespace

DirectConnection::DirectConnection(OpenedConnection opened, DirectPool& of_user, const Exchange& first)
    : fd(opened.fd),
      pool(of_user),
      is_secure_(opened.tls != nullptr),
      authority_(target_of(first.request.url)->authority),
      settings_(first.request.settings),
      socket_(std::move(opened.socket)),
      tls_(std::move(opened.tls)) {
  stamp_what_comes(fd);
}

bool DirectConnection::leads_to(const Target& target,
                                const std::shared_ptr<const ConnectionSettings>& settings) const {
  return is_secure_ == target.is_secure && authority_ == target.authority &&
         (!is_secure_ || are_same(settings_.get(), settings.get()));
}

bool DirectConnection::has_died_idle() const {
  char next = 0;
  const ssize_t size = ::recv(fd, &next, 1, MSG_PEEK | MSG_DONTWAIT);
  if (size < 0) return errno != EAGAIN;
  return size == 0 || !is_secure_;  // TLS has something to say between two requests, too
}

void DirectConnection::set_unsent(std::string_view head, std::string_view body) {
  head_left_ = head;
  body_left_ = body;
}

void DirectConnection::keep_head() {
  head_.assign(head_left_);
  head_left_ = head_;
}

IoResult DirectConnection::write_on() {
  while (has_unsent()) {
    const std::string_view first = head_left_.empty() ? body_left_ : head_left_;
    IoResult result = tls_ != nullptr      ? tls_->write(first)
                      : head_left_.empty() ? send(fd, body_left_)
                                           : send(fd, head_left_, body_left_);
    if (result.again && head_left_.data() != head_.data()) keep_head();
    if (result.again || result.is_broken()) return result;
    const size_t of_head = std::min(result.size, head_left_.size());
    head_left_.remove_prefix(of_head);
    body_left_.remove_prefix(result.size - of_head);
  }
  return {};
}

Received DirectConnection::read(char* data, size_t size) {
  return tls_ != nullptr ? tls_->read(data, size) : receive(fd, data, size);
}

}  // namespace nest::http
