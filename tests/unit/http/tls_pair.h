// A stream over TLS with its peer at the other end of a socket pair.
#pragma once

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/tls_stream.h"

namespace nest::http::testing {

class TlsPair {
 public:
  TlsPair() {
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds_) != 0) std::abort();
    contexts_[0] = SSL_CTX_new(TLS_client_method());
    contexts_[1] = SSL_CTX_new(TLS_server_method());
    sign(contexts_[1]);
    for (int end = 0; end < 2; ++end) {
      sessions_[end] = SSL_new(contexts_[end]);
      SSL_set_fd(sessions_[end], fds_[end]);
    }
    SSL_set_connect_state(sessions_[0]);
    SSL_set_accept_state(sessions_[1]);
    for (int i = 0; i < 20 && !(SSL_is_init_finished(sessions_[0]) && SSL_is_init_finished(sessions_[1]));
         ++i) {
      SSL_do_handshake(sessions_[0]);
      SSL_do_handshake(sessions_[1]);
    }
    stream_ = std::make_unique<TlsStream>(fds_[0], sessions_[0], [this] { SSL_free(sessions_[0]); });
  }
  ~TlsPair() {
    stream_.reset();
    SSL_free(sessions_[1]);
    for (SSL_CTX* context : contexts_) SSL_CTX_free(context);
    for (const int fd : fds_) ::close(fd);
  }
  TlsPair(const TlsPair&) = delete;
  TlsPair& operator=(const TlsPair&) = delete;

  TlsStream& stream() { return *stream_; }
  char* buffer() { return buffer_.data(); }

  std::string peer_reads() {
    std::string text(1 << 16, '\0');
    const int size = SSL_read(sessions_[1], text.data(), static_cast<int>(text.size()));
    text.resize(size > 0 ? static_cast<size_t>(size) : 0);
    return text;
  }
  void peer_writes(std::string_view text) {
    if (SSL_write(sessions_[1], text.data(), static_cast<int>(text.size())) <= 0) std::abort();
  }
  // The record that peer_writes() would send.
  std::string peer_encrypts(std::string_view text) {
    BIO* socket = SSL_get_wbio(sessions_[1]);
    BIO_up_ref(socket);
    BIO* memory = BIO_new(BIO_s_mem());
    BIO_up_ref(memory);
    SSL_set0_wbio(sessions_[1], memory);
    peer_writes(text);
    SSL_set0_wbio(sessions_[1], socket);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(memory, &bytes);
    std::string record(bytes, static_cast<size_t>(size));
    BIO_free(memory);
    return record;
  }
  void peer_sends_raw(std::string_view text) {
    if (::write(fds_[1], text.data(), text.size()) < 0) std::abort();
  }
  void peer_closes(bool says_goodbye) {
    if (says_goodbye) SSL_shutdown(sessions_[1]);
    ::shutdown(fds_[1], SHUT_WR);
  }

 private:
  static void sign(SSL_CTX* context) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    SSL_CTX_use_certificate(context, certificate);
    SSL_CTX_use_PrivateKey(context, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }

  int fds_[2];
  SSL_CTX* contexts_[2];
  SSL* sessions_[2];
  std::unique_ptr<TlsStream> stream_;
  std::vector<char> buffer_ = std::vector<char>(1 << 16);
};

}  // namespace nest::http::testing
