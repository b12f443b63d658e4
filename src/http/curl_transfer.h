// One easy handle with what it needs while a request is under way; reused for many requests of many users.
#pragma once

#include <curl/curl.h>

#include <array>
#include <cstdint>
#include <forward_list>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/exchange.h"
#include "http/host_names.h"
#include "http/transport.h"

namespace nest::http {

constexpr size_t kMaxUrl = 8'000'000;  // libcurl's limit for any text it is given

// A share object with a connection cache of its own. Its cache of names is only how libcurl is told the
// addresses for one connection.
class CurlShare {
 public:
  CurlShare();
  // REQUIRES that no handle uses it. Closes what connections are left.
  ~CurlShare();
  CurlShare(const CurlShare&) = delete;
  CurlShare& operator=(const CurlShare&) = delete;

  CURLSH* const handle;
  std::vector<std::string> names_to_forget;  // lines for CURLOPT_RESOLVE
};

// One user's connections, so that N users are N clients and no look-up ever walks through other users'
// connections.
struct CurlPool : ConnectionPool::State {
  std::unique_ptr<CurlShare> share;  // made when libcurl is to carry a request
  // HTTP/2 and 3, where requests share connections: one request at a time looks for a connection, or makes
  // one, and the others wait until it is there. (libcurl would let them write on one that is being made.)
  Exchange* connecting = nullptr;
  std::vector<Exchange*> waiting;
  bool has_begun_in_clear = false;                // there may be a connection with HTTP/2 without TLS
  curl_socket_t shared_socket = CURL_SOCKET_BAD;  // of such a connection that brought something last
  struct {
    int local_port = -1;
    uint32_t last_stream = 0;  // that the server looks at
  } gone_away;                 // the connection that the server ended last
};

// The I/O thread's. Lives on the heap: libcurl holds its address.
class CurlTransfer {
 public:
  // Called with `data` for every connection's socket that libcurl opens and closes, also after a transfer's
  // end.
  struct SocketCallbacks {
    curl_socket_t (*open)(void* data, const Network& network, const curl_sockaddr& address);
    curl_closesocket_callback close;
    void* data;
  };
  // All outlive the transfer. `progressed` is Transport::Events::progressed; the others are called from
  // inside libcurl: `connected` when the transfer has its connection, `received` when something came over one
  // that requests may share.
  struct Listeners {
    const std::function<void(Exchange*)>& progressed;
    const std::function<void(Exchange*)>& connected;
    const std::function<void(CurlPool&)>& received;
  };
  CurlTransfer(const SocketCallbacks& sockets, const Listeners& listeners);
  ~CurlTransfer();
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  // Points the handle at the exchange's request. `pool` is the user's, and has its share.
  void prepare(Exchange* exchange, CurlPool& pool);
  // The same for a connection as the request needs it, and nothing else: one that no other transfer will use.
  void prepare_connection(Exchange* exchange, CurlPool& pool, std::unique_ptr<CurlShare> share);
  bool only_connects() const { return own_share_ != nullptr; }
  // REQUIRES only_connects() and that libcurl has done so: lets go of the exchange, which is under way still.
  void hand_over();
  // REQUIRES that the handle is in no multi, nor its connection open.
  std::unique_ptr<CurlShare> take_share();
  // Whether libcurl's verdict is no reason to give up; then the handle is set for another try.
  bool tries_again(CURLcode code);

  // The host whose addresses are missing; null if none is. libcurl gives a transfer up that needs some: it is
  // to be begun anew with them.
  const HostPort* unresolved() const { return unresolved_.empty() ? nullptr : &unresolved_.back(); }
  // REQUIRES unresolved(); of that host, numeric, to be tried in this order.
  void take_addresses(const std::vector<std::string>& addresses);
  // Lets go of the exchange, which fails for that reason.
  void fail_name(int error, const std::string& reason);

  // Goes on after standing still for want of room or data; CURLE_OK, or what ends the transfer.
  CURLcode resume();
  // libcurl has nothing left to write for now: the request is with the kernel, or its next piece is missing.
  void note_sent();
  // Fills in response.status and failure from libcurl's verdict and lets go of the exchange. `socket_error`
  // is why the latest socket could not be made, which libcurl does not know; 0 if it could.
  void conclude(CURLcode code, int socket_error);
  // Lets go of the exchange with this failure instead of libcurl's verdict.
  void abandon(FailureKind kind);

  // Not to be used for another request: libcurl would hold against it what happened to this one, or mix up
  // what both received.
  bool is_worn() const { return is_worn_; }
  CURL* easy() const { return easy_; }
  Exchange* exchange() const { return exchange_; }
  // A server that takes more of a body is not silent, of which libcurl does not tell by itself.
  void note_upload(SteadyTime now);
  // When the server has been silent for too long; SteadyTime::max() while no such limit applies.
  SteadyTime read_deadline() const;
  SteadyTime next_check{};  // when the transport looks at read_deadline() again

 private:
  static size_t on_header(char* data, size_t size, size_t count, void* self);
  static size_t on_body(char* data, size_t size, size_t count, void* self);
  static size_t on_upload(char* data, size_t size, size_t count, void* self);
  static int on_sending(void* self, char*, char*, int, int);
  static int on_words(CURL* easy, curl_infotype type, char* text, size_t size, void* self);
  static int on_resolve(void* resolver, void* reserved, void* self);
  static curl_socket_t on_open(void* self, curlsocktype purpose, curl_sockaddr* address);

  void point_at(Exchange* exchange, CurlPool& pool, CurlShare& share, bool only_connects);
  bool refuses_repetition();
  bool is_repeatable() const;
  bool begin_sending();
  void take_connection_times();
  void set_url(const Request& request);
  void set_method(Request& request);
  void set_headers(Request& request);
  void set_connection(const Request& request);
  void set_names();
  void set_version(const Request& request);
  void use_version(long version);
  void set_repetition();
  void take_words(std::string_view words);
  bool was_left_out() const;
  size_t take_header(std::string_view line);
  size_t take_body(std::string_view data);
  void notice_answer();
  void note_received();
  bool shares_connection() const;  // HTTP/2 or 3, if the server speaks it
  size_t pass_on(std::string_view data);
  size_t give_body(char* buffer, size_t size);
  bool is_sending() const;
  void take_status();
  bool accept_header();
  void publish_header();
  void leave_encoded();
  bool lengths_differ() const;
  size_t reject(FailureKind kind, std::string why);
  bool response_is_whole() const;
  bool header_is_published() const;
  void let_go();
  void let_go_of_exchange();

  CURL* easy_;
  const SocketCallbacks sockets_;
  const Listeners listeners_;
  Exchange* exchange_ = nullptr;
  CurlPool* pool_ = nullptr;
  CurlShare* share_ = nullptr;
  std::unique_ptr<CurlShare> own_share_;  // of a transfer that only connects
  std::vector<HostPort> unresolved_;
  bool was_resolved_ = false;
  std::vector<std::string> name_lines_;
  std::vector<curl_slist> name_nodes_;
  std::vector<curl_slist> header_nodes_;
  std::forward_list<std::string> empty_headers_;
  std::shared_ptr<const ConnectionSettings> connection_;  // what the handle is set to
  SteadyTime last_activity_{};
  curl_off_t uploaded_ = 0;  // when it was last looked at
  bool header_complete_ = false;
  bool ends_with_header_ =
      false;  // an answer to HEAD, of which libcurl does not know since we sent it a body
  long version_ = CURL_HTTP_VERSION_1_1;  // what the handle is set to
  bool in_clear_ = false;                 // HTTP/2 without TLS
  bool guessed_wrong_ = false;            // whether there is a connection with it
  long connections_ = 0;                  // that libcurl had made for this request when it was last looked at
  bool connects_only_ = false;            // what the handle is set to
  bool sends_pieces_ = false;             // what the handle is set to
  bool repeats_refused_ = false;          // what the handle is set to
  int64_t given_ = 0;                     // bytes of a body that is sent in pieces
  bool gave_all_ = false;                 // of such a body
  bool leaves_encoded_ = false;           // what the handle is set to
  bool uses_unix_socket_ = false;         // what the handle is set to
  int sendings_ = 0;                      // how often libcurl has sent the request
  int local_port_ = 0;                    // of the connection that it was sent on
  uint32_t stream_ = 0;                   // there, if libcurl was asked to tell
  bool connection_died_ = false;          // and we did not let libcurl send it again
  bool is_worn_ = false;                  // libcurl keeps its errno and more, and counts all repetitions
  bool stands_still_ = false;             // a callback of ours had no room or no data
  bool has_encoding_ = false;             // the header has a Content-Encoding
  int content_lengths_ = 0;               // how often the header has a Content-Length
  size_t trailer_size_ = 0;               // of all of them, in bytes
  Failure rejection_;                     // why a callback of ours refused data
  std::array<char, CURL_ERROR_SIZE> error_{};
};

}  // namespace nest::http
