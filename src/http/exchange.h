// One request and what came of it: the unit that travels between the Python thread and an I/O thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "http/streaming.h"

namespace nest::http {

class ConnectionPool;

// How a connection is made. Immutable and shared by many requests; connections made with different settings
// are never mixed up.
struct ConnectionSettings {
  bool verify = true;       // check the certificate and the host name
  std::string ca_path;      // PEM file or directory; empty: libcurl's own
  std::string client_cert;  // PEM file; empty: none
  std::string client_key;   // PEM file; empty: inside client_cert
  std::string proxy;        // URL; empty: none. Environment variables are never looked at.
};

// Of an ASCII letter; all else stays.
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
// Whatever the case, as names of headers are compared.
bool same_name(std::string_view a, std::string_view b);

// Request headers as lines "Name: value", ready for the wire. Setting a name again replaces it whatever the
// case. Copies share their lines, also between threads, until one of them is changed.
class HeaderLines {
 public:
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  bool has(std::string_view name) const;
  // Empty if there is none.
  std::string_view value(std::string_view name) const;
  const std::vector<std::string>& lines() const;

 private:
  using Lines = std::vector<std::string>;
  Lines& own();                   // to be changed
  std::shared_ptr<Lines> lines_;  // null: none
};

struct Request {
  std::string method;
  std::string url;  // absolute, encoded, without fragment
  HeaderLines headers;
  std::string body;
  bool has_body = false;         // false: no body and no Content-Length but where HTTP wants 0
  bool awaits_continue = false;  // an Expect header keeps the body back until the server asks for it
  Duration connect_timeout = Duration::zero();         // zero: none
  Duration read_timeout = Duration::zero();            // longest silence of the server; zero: none
  uint64_t max_response_body = UINT64_MAX;             // bytes of it that are kept, once decoded
  std::shared_ptr<const ConnectionSettings> settings;  // null: the defaults
};

// What kept a request from a complete response. One name each, free of host names, ports and counts.
enum class FailureKind : uint8_t {
  kNone,
  kCancelled,         // the user who asked is gone
  kRefused,           // nothing listens there
  kUnreachable,       // no route, network down, no local port left
  kNameResolution,    // DNS
  kConnectTimeout,    //
  kReadTimeout,       // silence longer than Request::read_timeout
  kSendTimeout,       // the same before all of the request's body was sent
  kConnectionReset,   // by the peer, at any time after connecting
  kConnectionClosed,  // closed by the peer without any response
  kTruncated,         // closed by the peer in the middle of a response, if only of its header
  kBadResponse,       // not HTTP
  kHeaderTooLarge,    // a line of the response's header, or all of them, or all trailers
  kHttp2,             // reset stream or broken rules; the message says how and has no numbers in it
  kBadChunk,          // chunked framing broken
  kBadEncoding,       // gzip, deflate, br or zstd data broken
  kTls,               // handshake or certificate
  kProxy,             // it answered, and opens no tunnel
  kInvalidUrl,
  kOther,
};

struct Failure {
  FailureKind kind = FailureKind::kNone;
  int os_error = 0;     // errno where the system gave one
  std::string message;  // libcurl's words, for logs
};

struct Response {
  int status = 0;    // zero until the header is complete; never that of an interim response
  int version = 11;  // 10, 11, 20, 30
  bool has_set_cookie = false;
  std::string header_block;  // the last header section, status line first, as received but for lines that
                             // continue another: they are joined to it
  std::string body;          // decoded; its first part if it is longer than Request::max_response_body
  uint64_t body_length = 0;  // of all of it

  std::string_view reason() const;
  // The header of this name, several joined by ", "; nothing if there is none.
  std::optional<std::string> header(std::string_view name) const;
  // Name and value of each header line in the order received; views into header_block. With a `prefix`: of
  // those whose names begin so, whatever the case.
  std::vector<std::pair<std::string_view, std::string_view>> headers(std::string_view prefix = {}) const;
};

// Where the time of a request went, part after part; zero for what it did without. Of a failed one, the last
// part lasts until the failure.
struct TimeParts {
  Duration queue{};       // until the I/O thread took it up
  Duration dns{};         // until the address was known
  Duration connect{};     // until the connection stood, or that to the proxy
  Duration tls{};         // until it was secure, a proxy's CONNECT included
  Duration send{};        // choosing an open connection, and writing the request
  Duration first_byte{};  // waiting for the response
  Duration download{};    // until the end of the response
};

// Stamps of the monotonic clock. `submitted` and `resumed` are set by the Python thread, the others by the
// I/O thread.
struct Timings {
  SteadyTime submitted{};
  SteadyTime started{};     // the I/O thread took it up
  SteadyTime resolved{};    // the addresses of its name became known; zero if they were not needed
  SteadyTime sending{};     // connection ready, request about to be written; zero if never
  SteadyTime sent{};        // all of it is the kernel's; zero if that is not known, or never was
  SteadyTime first_byte{};  // first byte of the response's header, not of a 1xx; zero if never
  SteadyTime header_end{};  // last byte of that header; zero if never
  SteadyTime completed{};   // last byte of the body (if it is streamed: of the header), or the failure
  SteadyTime resumed{};     // the completed request was given to who waited for it; zero if nobody did
  // Of the connection, if it was made for this request.
  Duration dns{};
  Duration connect{};
  Duration tls{};

  // What the user is told: from taking it up to the end, waiting for no other thread.
  Duration response_time() const { return completed - started; }
  // From taking it up to the end of the header, or the failure.
  Duration until_header() const { return (header_end == SteadyTime{} ? completed : header_end) - started; }
  // All but `queue` add up to response_time().
  TimeParts parts() const;
};

// Owned by the Python side; lent to the I/O thread from submit() until it comes back completed, exactly once.
// What the Python side may touch before that is said in Streaming.
struct Exchange {
  // Ready for another request, with the memory of its texts unless that is much.
  void renew();

  Request request;
  Response response;
  Failure failure;
  Timings timings;
  std::shared_ptr<ConnectionPool> pool;  // the user's connections
  std::unique_ptr<Streaming> streaming;  // null: both bodies are whole
  uint64_t id = 0;                       // given by HttpEngine::submit, never used twice
  size_t place = 0;                      // the same, among those under way

  Exchange* next_handoff = nullptr;  // see HandoffQueue
  void* waiter = nullptr;            // the Python side's; the I/O thread never reads it
  void* transfer = nullptr;          // the transport's; the Python thread never reads it
  bool is_direct = false;            // the transport's as well: what `transfer` points to
};

}  // namespace nest::http
