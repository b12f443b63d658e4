#include "http/curl_transfer.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "base/errors.h"
#include "http/curl_names.h"
#include "http/header_block.h"
#include "http/tcp_connect.h"
#include "http/unix_url.h"

namespace nest::http {

namespace {

// HTTP/2 without TLS, on a new connection and on one where it has begun. libcurl before 8.0 takes prior
// knowledge for an order to begin, whatever the connection, which breaks it.
constexpr long kBeginInClear = CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
const long kContinueInClear = curl_version_info(CURLVERSION_NOW)->version_num < 0x080000
                                  ? CURL_HTTP_VERSION_2TLS
                                  : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;

// libcurl before 8.1.1 keeps the address of the last header line that a handle got. A response over HTTP/1
// whose header begins with a line that continues another is appended there, though that line is gone with its
// request.
const bool kHeadersWearOut = curl_version_info(CURLVERSION_NOW)->version_num < 0x080101;

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy, option, value);
  NEST_CHECK(code == CURLE_OK,
             std::string("libcurl option ") + std::to_string(option) + ": " + curl_easy_strerror(code));
}

char* literal(const char* text) { return const_cast<char*>(text); }  // libcurl only reads it

void link(std::vector<curl_slist>& nodes) {
  for (size_t i = 0; i + 1 < nodes.size(); ++i) nodes[i].next = &nodes[i + 1];
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

template <class... Names>
bool is_one_of(std::string_view text, const Names&... names) {
  return (same_name(text, names) || ...);
}

// Of libcurl's words about a stream, which have its number.
std::string without_numbers(std::string_view message) {
  constexpr std::string_view kReset = " was not closed cleanly: ";
  const auto reset = message.find(kReset);
  if (reset != std::string_view::npos) {
    message.remove_prefix(reset + kReset.size());
    return "HTTP/2 stream reset: " + std::string(message.substr(0, message.find(" (err")));
  }
  if (contains(message, "before getting")) return "HTTP/2 stream ended without a header";
  return std::string(message);
}

std::optional<uint32_t> number_behind(std::string_view text, std::string_view words) {
  const auto found = text.find(words);
  if (found == std::string_view::npos) return std::nullopt;
  text.remove_prefix(found + words.size());
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} ? std::optional(number) : std::nullopt;
}

// "HTTP/", a version of one digit or two, and a status of three. libcurl takes anything behind "HTTP/" for
// 200, and any number for a status.
bool is_status_line(std::string_view line) {
  const auto is_digit = [&line](size_t at) { return at < line.size() && line[at] >= '0' && line[at] <= '9'; };
  size_t at = std::strlen("HTTP/");
  if (!is_digit(at++)) return false;
  if (is_digit(at + 1) && line[at] == '.') at += 2;
  const size_t status = std::min(line.size(), line.find_first_not_of(" \t", at));
  return status > at && is_digit(status) && line[status] != '0' && is_digit(status + 1) &&
         is_digit(status + 2) && !is_digit(status + 3);
}

FailureKind failure_kind(CURLcode code, int os_error, std::string_view message, const Timings& timings) {
  const bool connected = timings.sending != SteadyTime{};
  switch (code) {
    case CURLE_OK:
      return FailureKind::kNone;
    case CURLE_OPERATION_TIMEDOUT:
      return connected ? FailureKind::kReadTimeout : FailureKind::kConnectTimeout;
    case CURLE_COULDNT_CONNECT:
      return connect_failure(os_error);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return FailureKind::kNameResolution;
    case CURLE_PROXY:
      return FailureKind::kProxy;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_FAIL_REWIND:  // an old connection died under a body that cannot be sent again
      return FailureKind::kConnectionClosed;
    case CURLE_PARTIAL_FILE:  // with HTTP/2 also before the header
      return timings.first_byte == SteadyTime{} ? FailureKind::kConnectionClosed : FailureKind::kTruncated;
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return FailureKind::kHttp2;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      if (contains(message, "response headers")) return FailureKind::kHeaderTooLarge;
      if (contains(message, "hunk")) return FailureKind::kBadChunk;
      if (contains(message, "CONNECT aborted")) return FailureKind::kConnectionClosed;
      if (contains(message, "CONNECT tunnel failed, response 0")) return FailureKind::kBadResponse;
      if (contains(message, "CONNECT")) return FailureKind::kProxy;
      if (os_error == EPIPE) return FailureKind::kConnectionClosed;  // it was closed before we were done
      return FailureKind::kConnectionReset;
    case CURLE_OUT_OF_MEMORY:  // also what libcurl says of a header line beyond its limit
      return connected ? FailureKind::kHeaderTooLarge : FailureKind::kOther;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_FUNCTION_ARGUMENT:  // a header line whose name holds a carriage return
      return FailureKind::kBadResponse;
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WRITE_ERROR:  // the callbacks take everything, so it is the decoder, which found more than its
                             // data
      return FailureKind::kBadEncoding;
    case CURLE_UNSUPPORTED_PROTOCOL:  // also a status line of another version, or without a status
      return connected ? FailureKind::kBadResponse : FailureKind::kInvalidUrl;
    case CURLE_URL_MALFORMAT:
      return FailureKind::kInvalidUrl;
    case CURLE_SSL_CONNECT_ERROR:
      // The errno may be an older one here.
      return contains(message, "reset by peer") ? FailureKind::kConnectionReset : FailureKind::kTls;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
      return FailureKind::kTls;
    default:
      return FailureKind::kOther;
  }
}

}  // namespace

CurlShare::CurlShare() : handle(curl_share_init()) {
  NEST_CHECK(handle != nullptr, "curl_share_init");
  curl_share_setopt(handle, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT);
  curl_share_setopt(handle, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
}

CurlShare::~CurlShare() {
  const CURLSHcode code = curl_share_cleanup(handle);
  NEST_CHECK(code == CURLSHE_OK, curl_share_strerror(code));
}

CurlTransfer::CurlTransfer(const SocketCallbacks& sockets, const Listeners& listeners)
    : easy_(curl_easy_init()), sockets_(sockets), listeners_(listeners) {
  NEST_CHECK(easy_ != nullptr, "curl_easy_init");
  set(easy_, CURLOPT_PRIVATE, this);
  set(easy_, CURLOPT_ERRORBUFFER, error_.data());
  set(easy_, CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header);
  set(easy_, CURLOPT_HEADERDATA, this);
  set(easy_, CURLOPT_WRITEFUNCTION, &CurlTransfer::on_body);
  set(easy_, CURLOPT_WRITEDATA, this);
  set(easy_, CURLOPT_READFUNCTION, &CurlTransfer::on_upload);
  set(easy_, CURLOPT_READDATA, this);
  set(easy_, CURLOPT_DEBUGFUNCTION, &CurlTransfer::on_words);
  set(easy_, CURLOPT_DEBUGDATA, this);
  set(easy_, CURLOPT_PREREQFUNCTION, &CurlTransfer::on_sending);
  set(easy_, CURLOPT_PREREQDATA, this);
  set(easy_, CURLOPT_RESOLVER_START_FUNCTION, &CurlTransfer::on_resolve);
  set(easy_, CURLOPT_RESOLVER_START_DATA, this);
  set(easy_, CURLOPT_OPENSOCKETFUNCTION, &CurlTransfer::on_open);
  set(easy_, CURLOPT_OPENSOCKETDATA, this);
  set(easy_, CURLOPT_CLOSESOCKETFUNCTION, sockets.close);
  set(easy_, CURLOPT_CLOSESOCKETDATA, sockets.data);
  set(easy_, CURLOPT_NOSIGNAL, 1L);
  set(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy_, CURLOPT_HTTP_VERSION, version_);
  set(easy_, CURLOPT_PATH_AS_IS, 1L);
  set(easy_, CURLOPT_ACCEPT_ENCODING, "");  // decode whatever comes; the header that is sent is the request's
  set(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);  // a proxy's header is not the response's
  // Answers that are not HTTP come to on_body, which names them.
  set(easy_, CURLOPT_HTTP09_ALLOWED, 1L);
  // As long as the server keeps a connection we keep it, and a TLS session never passes to another user.
  set(easy_, CURLOPT_MAXAGE_CONN, 1'000'000'000L);
  set(easy_, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  set(easy_, CURLOPT_PROXY, "");  // never from the environment
  set(easy_, CURLOPT_NOPROXY, "");
  set(easy_, CURLOPT_EXPECT_100_TIMEOUT_MS, 1'000'000'000L);  // read_timeout is the limit
  set(easy_, CURLOPT_MAXREDIRS, 0L);  // what libcurl takes a 417 for, which it answers with the same request
}

CurlTransfer::~CurlTransfer() { curl_easy_cleanup(easy_); }

void CurlTransfer::prepare(Exchange* exchange, CurlPool& pool) {
  point_at(exchange, pool, *pool.share, false);
  set_method(exchange->request);
  set_headers(exchange->request);
}

void CurlTransfer::prepare_connection(Exchange* exchange, CurlPool& pool, std::unique_ptr<CurlShare> share) {
  own_share_ = std::move(share);
  point_at(exchange, pool, *own_share_, true);
  set(easy_, CURLOPT_HTTPGET, 1L);
  set(easy_, CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
}

void CurlTransfer::point_at(Exchange* exchange, CurlPool& pool, CurlShare& share, bool only_connects) {
  exchange_ = exchange;
  pool_ = &pool;
  share_ = &share;
  if (std::exchange(connects_only_, only_connects) != only_connects)
    set(easy_, CURLOPT_CONNECT_ONLY, only_connects ? 1L : 0L);
  header_complete_ = stands_still_ = gave_all_ = was_resolved_ = has_encoding_ = connection_died_ = false;
  content_lengths_ = sendings_ = local_port_ = 0;
  stream_ = 0;
  given_ = 0;
  guessed_wrong_ = false;
  trailer_size_ = 0;
  rejection_ = {};
  error_[0] = '\0';
  connections_ = 0;
  uploaded_ = 0;
  last_activity_ = exchange->timings.started;
  if (std::exchange(leaves_encoded_, false)) set(easy_, CURLOPT_HTTP_CONTENT_DECODING, 1L);
  const Request& request = exchange->request;
  set(easy_, CURLOPT_SHARE, share.handle);
  if (!share.names_to_forget.empty()) {
    name_lines_ = std::exchange(share.names_to_forget, {});
    set_names();
  }
  set_url(request);
  set(easy_, CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(request.connect_timeout).count()));
  if (request.settings != connection_ || connection_ == nullptr) set_connection(request);
  set_version(request);
  set_repetition();
}

void CurlTransfer::set_url(const Request& request) {
  const auto on_socket = unix_url(request.url);
  const std::string& url = on_socket ? on_socket->url : request.url;
  set(easy_, CURLOPT_URL, url.size() > kMaxUrl ? "" : url.c_str());  // which is not a URL
  if (on_socket || uses_unix_socket_)
    set(easy_, CURLOPT_UNIX_SOCKET_PATH, on_socket ? on_socket->socket.c_str() : nullptr);
  uses_unix_socket_ = on_socket.has_value();
}

void CurlTransfer::set_method(Request& request) {
  const Streaming* streaming = exchange_->streaming.get();
  const bool sends_pieces = streaming != nullptr && streaming->sends_body;
  if (std::exchange(sends_pieces_, sends_pieces) != sends_pieces) {
    // Otherwise libcurl waits for ever for the next piece after an early answer that is an error.
    set(easy_, CURLOPT_KEEP_SENDING_ON_ERROR, sends_pieces ? 1L : 0L);
  }
  set(easy_, CURLOPT_HTTPGET, 1L);
  const char* custom = nullptr;
  // A header that announces chunks wants at least the last one, without which the server waits.
  const bool has_body = request.has_body ||
                        (request.headers.has("Transfer-Encoding") && !request.headers.has("Content-Length"));
  ends_with_header_ = request.method == "HEAD" && has_body;
  if (request.method == "HEAD" && !has_body) {
    set(easy_, CURLOPT_NOBODY, 1L);
  } else if (request.method != "GET" || has_body) {
    set(easy_, CURLOPT_POST, 1L);
    if (sends_pieces) {  // on_upload gives them
      set(easy_, CURLOPT_POSTFIELDS, static_cast<const char*>(nullptr));
      set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(streaming->body_length));
    } else {
      set(easy_, CURLOPT_POSTFIELDS, request.body.c_str());
      set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    }
    if (request.method != "POST") custom = request.method.c_str();
  }
  set(easy_, CURLOPT_CUSTOMREQUEST, custom);
}

void CurlTransfer::set_headers(Request& request) {
  // What libcurl would add by itself and the request does not have.
  static constexpr std::string_view kSuppressed[] = {"Accept:", "Content-Type:"};
  if (!request.headers.has("Accept-Encoding")) request.headers.set("Accept-Encoding", "identity");
  const auto& lines = request.headers.lines();
  header_nodes_.clear();
  header_nodes_.reserve(lines.size() + std::size(kSuppressed) + 2);
  empty_headers_.clear();
  // libcurl goes by the first header of a name, and sends none that has no value: a body does not wait for
  // the server to ask for it, and one with a length is not sent in chunks, whatever else the headers say.
  if (!request.awaits_continue || !request.headers.has("Expect"))
    header_nodes_.push_back({literal("Expect:"), nullptr});
  if (request.headers.has("Content-Length") && request.headers.has("Transfer-Encoding"))
    header_nodes_.push_back({literal("Transfer-Encoding:"), nullptr});
  for (const std::string& line : lines) {
    if (line.ends_with(": ")) {  // libcurl wants "Name;" for a header without a value
      empty_headers_.push_front(line.substr(0, line.size() - 2) + ";");
      header_nodes_.push_back({empty_headers_.front().data(), nullptr});
    } else {
      header_nodes_.push_back({literal(line.c_str()), nullptr});
    }
  }
  for (const std::string_view name : kSuppressed) {
    if (!request.headers.has(name.substr(0, name.size() - 1)))
      header_nodes_.push_back({literal(name.data()), nullptr});
  }
  link(header_nodes_);
  set(easy_, CURLOPT_HTTPHEADER, header_nodes_.data());
}

void CurlTransfer::set_connection(const Request& request) {
  static const auto defaults = std::make_shared<const ConnectionSettings>();
  connection_ = request.settings ? request.settings : defaults;
  set(easy_, CURLOPT_SSL_VERIFYPEER, connection_->verify ? 1L : 0L);
  set(easy_, CURLOPT_SSL_VERIFYHOST, connection_->verify ? 2L : 0L);
  if (const std::string& ca = connection_->ca_path; !ca.empty()) {
    const bool directory = ca.back() == '/';
    set(easy_, CURLOPT_CAPATH, directory ? ca.c_str() : nullptr);
    set(easy_, CURLOPT_CAINFO, directory ? nullptr : ca.c_str());
  }
  const auto text_or_null = [](const std::string& text) { return text.empty() ? nullptr : text.c_str(); };
  set(easy_, CURLOPT_SSLCERT, text_or_null(connection_->client_cert));
  set(easy_, CURLOPT_SSLKEY, text_or_null(connection_->client_key));
  set(easy_, CURLOPT_PROXY, connection_->proxy.c_str());
}

void CurlTransfer::set_version(const Request& request) {
  const int wanted = exchange_->pool->network.http_version;
  const bool over_tls = request.url.starts_with("https:");
  // A proxy to which all is said in the clear is whom we talk to.
  in_clear_ = wanted == 20 && !over_tls && !connection_->proxy.starts_with("http");
  if (in_clear_) return use_version(pool_->has_begun_in_clear ? kContinueInClear : kBeginInClear);
  if (!over_tls || wanted == 11) return use_version(CURL_HTTP_VERSION_1_1);
  use_version(wanted == 20 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_3);
}

// What a server has not looked at may be sent again, whatever it is. libcurl does that with a stream that is
// refused, and leaves requests alone whose connection died only if it takes them for ones of RTSP that
// receive. What a server that goes away has left out is to be known from libcurl's words alone.
void CurlTransfer::set_repetition() {
  const bool refused_only = shares_connection() && !is_repeatable() && !sends_pieces_;
  if (std::exchange(repeats_refused_, refused_only) == refused_only) return;
  set(easy_, CURLOPT_VERBOSE, refused_only ? 1L : 0L);
  const long kind = refused_only ? CURL_RTSPREQ_RECEIVE : CURL_RTSPREQ_OPTIONS;
  if (curl_easy_setopt(easy_, CURLOPT_RTSP_REQUEST, kind) != CURLE_OK) repeats_refused_ = false;
}

int CurlTransfer::on_words(CURL* /*easy*/, curl_infotype type, char* text, size_t size, void* self) {
  if (type == CURLINFO_TEXT) static_cast<CurlTransfer*>(self)->take_words({text, size});
  return 0;
}

void CurlTransfer::take_words(std::string_view words) {
  if (const auto id = number_behind(words, "Using Stream ID: ")) stream_ = *id;
  if (const auto last = number_behind(words, "last_stream=")) pool_->gone_away = {local_port_, *last};
}

bool CurlTransfer::was_left_out() const {
  return repeats_refused_ && pool_->gone_away.local_port == local_port_ &&
         stream_ > pool_->gone_away.last_stream;
}

void CurlTransfer::use_version(long version) {
  if (std::exchange(version_, version) != version) set(easy_, CURLOPT_HTTP_VERSION, version);
}

bool CurlTransfer::tries_again(CURLcode code) {
  if (std::exchange(guessed_wrong_, false)) {
    use_version(version_ == kBeginInClear ? kContinueInClear : kBeginInClear);
  } else if (sendings_ != 1 || exchange_->timings.first_byte != SteadyTime{}) {
    return false;
  } else if (!was_left_out() && (code != CURLE_HTTP2 || !is_repeatable())) {
    return false;  // else libcurl 7.88 may mean that the server ends the connection and has not looked at it
  }
  connections_ = 0;
  error_[0] = '\0';
  return true;
}

void CurlTransfer::set_names() {
  name_nodes_.clear();
  for (const std::string& line : name_lines_) name_nodes_.push_back({literal(line.c_str()), nullptr});
  link(name_nodes_);
  set(easy_, CURLOPT_RESOLVE, name_nodes_.empty() ? nullptr : name_nodes_.data());
}

// Asked only where a new connection is needed and its host is not in the user's cache of names. The answer no
// makes libcurl give the transfer up.
int CurlTransfer::on_resolve(void* /*resolver*/, void* /*reserved*/, void* self) {
  auto* transfer = static_cast<CurlTransfer*>(self);
  if (transfer->refuses_repetition()) return 1;
  const Exchange& exchange = *transfer->exchange_;
  if (transfer->was_resolved_)
    return 0;  // of another spelling than foreseen: libcurl's resolver has to do it
  const NameSettings& names = *exchange.pool->network.names;
  for (HostPort& host : hosts_to_connect_to(exchange.request.url, transfer->connection_->proxy)) {
    if (names.overridden(host) != nullptr || !is_numeric_address(host.host))
      transfer->unresolved_.push_back(std::move(host));
  }
  return transfer->unresolved_.empty() ? 0 : 1;
}

curl_socket_t CurlTransfer::on_open(void* self, curlsocktype /*purpose*/, curl_sockaddr* address) {
  auto* transfer = static_cast<CurlTransfer*>(self);
  if (transfer->refuses_repetition()) return CURL_SOCKET_BAD;
  if (transfer->in_clear_ && transfer->version_ != kBeginInClear) {
    transfer->guessed_wrong_ = true;
    return CURL_SOCKET_BAD;
  }
  return transfer->sockets_.open(transfer->sockets_.data, transfer->exchange_->pool->network, *address);
}

void CurlTransfer::take_addresses(const std::vector<std::string>& addresses) {
  const HostPort& host = unresolved_.back();
  if (!std::exchange(was_resolved_, true)) name_lines_.clear();  // libcurl has read those
  name_lines_.push_back(resolve_line(host, addresses));
  share_->names_to_forget.push_back(forget_line(host));
  unresolved_.pop_back();
  last_activity_ = exchange_->timings.resolved = std::chrono::steady_clock::now();
  set_names();
}

SteadyTime CurlTransfer::read_deadline() const {
  if (exchange_ == nullptr || exchange_->request.read_timeout == Duration::zero()) return SteadyTime::max();
  if (!unresolved_.empty()) return SteadyTime::max();
  if (exchange_->timings.sending == SteadyTime{} && exchange_->request.connect_timeout != Duration::zero()) {
    return SteadyTime::max();  // still connecting: libcurl watches that limit
  }
  SteadyTime silent_since = last_activity_;
  if (exchange_->streaming) {  // while nobody waits for the server it may be silent, or we are
    const SteadyTime waits_since = exchange_->streaming->python_waits_since;
    if (waits_since == SteadyTime{}) return SteadyTime::max();
    silent_since = std::max(silent_since, waits_since);
  }
  return silent_since + exchange_->request.read_timeout;
}

int CurlTransfer::on_sending(void* self, char* /*peer*/, char* /*local*/, int /*port*/, int local_port) {
  auto* transfer = static_cast<CurlTransfer*>(self);
  if (transfer->refuses_repetition()) return CURL_PREREQFUNC_ABORT;
  transfer->local_port_ = local_port;
  transfer->stream_ = 0;
  return transfer->begin_sending() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

// Asked wherever libcurl may be about to send the request once more, which it does with every request whose
// connection, an older one, ends without a byte of an answer. The server may have closed it before it saw the
// request, or have acted on it.
bool CurlTransfer::refuses_repetition() {
  if (sendings_ == 0 || exchange_->timings.first_byte != SteadyTime{}) return false;
  if (sendings_ == 1 && (is_repeatable() || repeats_refused_)) return false;
  connection_died_ = true;
  return true;
}

bool CurlTransfer::is_repeatable() const {
  const Request& request = exchange_->request;
  return !request.has_body && !sends_pieces_ &&
         is_one_of(request.method, "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");
}

// False if the connection is none for us.
bool CurlTransfer::begin_sending() {
  long connections = 0;
  curl_easy_getinfo(easy_, CURLINFO_NUM_CONNECTS, &connections);
  const bool is_new = std::exchange(connections_, connections) != connections;
  if (in_clear_ && version_ != kContinueInClear && !is_new) {
    guessed_wrong_ = true;
    return false;
  }
  ++sendings_;
  last_activity_ = std::chrono::steady_clock::now();
  Timings& timings = exchange_->timings;
  timings.sending = last_activity_;
  timings.sent = timings.first_byte = SteadyTime{};
  if (connections > 0) take_connection_times();
  listeners_.connected(exchange_);
  return true;
}

void CurlTransfer::take_connection_times() {
  const auto since_start = [this](CURLINFO info) {
    curl_off_t microseconds = 0;
    curl_easy_getinfo(easy_, info, &microseconds);
    return Duration(std::chrono::microseconds(microseconds));
  };
  const Duration resolved = since_start(CURLINFO_NAMELOOKUP_TIME_T);
  const Duration connected = since_start(CURLINFO_CONNECT_TIME_T);
  const Duration secured = since_start(CURLINFO_APPCONNECT_TIME_T);
  Timings& timings = exchange_->timings;
  // libcurl's times begin anew once a name is known.
  const Duration looked_up =
      timings.resolved == SteadyTime{} ? Duration{} : timings.resolved - timings.started;
  timings.dns = looked_up + resolved;
  timings.connect = std::max(connected - resolved, Duration::zero());
  timings.tls = std::max(secured - std::max(connected, resolved), Duration::zero());
}

void CurlTransfer::note_sent() {
  Timings& timings = exchange_->timings;
  if (timings.sending != SteadyTime{} && timings.first_byte == SteadyTime{})
    timings.sent = std::chrono::steady_clock::now();
}

size_t CurlTransfer::on_header(char* data, size_t size, size_t count, void* self) {
  return static_cast<CurlTransfer*>(self)->take_header({data, size * count});
}

size_t CurlTransfer::on_body(char* data, size_t size, size_t count, void* self) {
  return static_cast<CurlTransfer*>(self)->take_body({data, size * count});
}

size_t CurlTransfer::on_upload(char* data, size_t size, size_t count, void* self) {
  return static_cast<CurlTransfer*>(self)->give_body(data, size * count);
}

size_t CurlTransfer::take_header(std::string_view line) {
  last_activity_ = std::chrono::steady_clock::now();
  note_received();
  notice_answer();
  Response& response = exchange_->response;
  Timings& timings = exchange_->timings;
  if (timings.first_byte == SteadyTime{}) timings.first_byte = last_activity_;
  if (header_complete_) {  // a trailer, whatever it begins with, which libcurl keeps
    trailer_size_ += line.size();
    return trailer_size_ <= kMaxHeaderBlock ? line.size() : reject(FailureKind::kHeaderTooLarge, "header");
  }
  if (line.starts_with("HTTP/")) {  // also the one after a 100 Continue
    if (!is_status_line(line)) return reject(FailureKind::kBadResponse, kNotHttp);
    response.header_block.clear();
    response.has_set_cookie = has_encoding_ = header_complete_ = false;
    content_lengths_ = 0;
  }
  if (line == "\r\n" || line == "\n") return accept_header() ? line.size() : 0;
  is_worn_ = is_worn_ || (kHeadersWearOut && !response.header_block.empty());
  if (response.header_block.size() + line.size() > kMaxHeaderBlock)
    return reject(FailureKind::kHeaderTooLarge, "header");
  const auto is = [&](std::string_view name) {
    return line.size() > name.size() && strncasecmp(line.data(), name.data(), name.size()) == 0;
  };
  if (const int first = line[0] | 0x20; first == 's') {
    if (is("set-cookie:")) response.has_set_cookie = true;
  } else if (first == 'c') {
    if (is("content-encoding:")) has_encoding_ = true;
    if (is("content-length:")) ++content_lengths_;
  }
  append_line(response.header_block, line);
  return line.size();
}

// At its end. False if nothing is to come, or nothing is wanted.
bool CurlTransfer::accept_header() {
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200 && status != 101) {  // the response is still to come
    exchange_->timings.first_byte = SteadyTime{};
    return true;
  }
  if (content_lengths_ > 1 && lengths_differ()) {
    reject(FailureKind::kBadResponse, "several lengths");
    return false;
  }
  header_complete_ = true;
  ends_with_header_ = ends_with_header_ || status == 101;  // what follows is another protocol
  exchange_->timings.header_end = last_activity_;
  if (has_encoding_) leave_encoded();
  if (exchange_->streaming && exchange_->streaming->reads_body) publish_header();
  return !ends_with_header_;
}

// Of which libcurl believes the last.
bool CurlTransfer::lengths_differ() const {
  std::string_view length;
  bool differ = false;
  for (const auto& [name, value] : exchange_->response.headers()) {
    if (same_name(name, "Transfer-Encoding")) return false;
    if (!same_name(name, "Content-Length")) continue;
    differ = differ || (!length.empty() && value != length);
    length = value;
  }
  return differ;
}

size_t CurlTransfer::reject(FailureKind kind, std::string why) {
  rejection_ = {kind, 0, std::move(why)};
  return 0;
}

void CurlTransfer::note_received() {
  if (shares_connection()) listeners_.received(*pool_);
}

bool CurlTransfer::shares_connection() const { return exchange_->pool->network.http_version != 11; }

size_t CurlTransfer::take_body(std::string_view data) {
  note_received();
  notice_answer();
  if (header_is_published()) return pass_on(data);
  last_activity_ = std::chrono::steady_clock::now();
  Response& response = exchange_->response;
  response.body_length += data.size();
  if (!response.header_block.empty()) {
    const uint64_t room = exchange_->request.max_response_body -
                          std::min<uint64_t>(exchange_->request.max_response_body, response.body.size());
    response.body.append(data.substr(0, room));
    return data.size();
  }
  response.body.append(data);
  if (contains(data, "\n")) return reject(FailureKind::kBadResponse, kNotHttp);
  if (response.body.size() > kMaxStatusLine) return reject(FailureKind::kHeaderTooLarge, "status line");
  return data.size();
}

// libcurl 7.88 does not end a transfer whose response is complete and closes the connection if its upload
// stands still then. If it is to go on, it asks for the next piece again.
void CurlTransfer::notice_answer() {
  if (sends_pieces_ && stands_still_) resume();
}

size_t CurlTransfer::pass_on(std::string_view data) {
  last_activity_ = std::chrono::steady_clock::now();
  Streaming& streaming = *exchange_->streaming;
  if (!streaming.response_body.has_room(data.size())) {
    streaming.transport_waits.exchange(true);
    if (!streaming.response_body.has_room(data.size())) {  // it may have been made meanwhile
      stands_still_ = true;
      return CURL_WRITEFUNC_PAUSE;
    }
  }
  streaming.response_body.write(data);
  listeners_.progressed(exchange_);
  return data.size();
}

size_t CurlTransfer::give_body(char* buffer, size_t size) {
  last_activity_ = std::chrono::steady_clock::now();
  Streaming& streaming = *exchange_->streaming;
  BodyPipe& pipe = streaming.request_body;
  if (pipe.front().empty() && !pipe.at_end()) {
    streaming.transport_waits.exchange(true);  // not a store: then what came before its reset is seen
    if (pipe.front().empty() && !pipe.at_end()) {
      stands_still_ = true;
      return CURL_READFUNC_PAUSE;
    }
  }
  if (shares_connection() && streaming.body_length != Streaming::kUnknownLength)
    size = std::min(size, static_cast<size_t>(streaming.body_length - given_));
  const size_t count = pipe.front().copy(buffer, size);
  // To end a body that is not as long as was said, libcurl 7.88 would have HTTP/2 read on, and lose of
  // responses that wait to be fetched. The server waits for the rest, as over HTTP/1.1.
  if (count == 0 && shares_connection() && given_ < streaming.body_length) {
    stands_still_ = true;
    return CURL_READFUNC_PAUSE;
  }
  given_ += static_cast<int64_t>(count);
  pipe.consume(count);
  note_sent();
  if (pipe.is_half_empty()) listeners_.progressed(exchange_);
  gave_all_ = count == 0;
  return count;
}

CURLcode CurlTransfer::resume() {
  if (!std::exchange(stands_still_, false)) return CURLE_OK;
  return curl_easy_pause(easy_, CURLPAUSE_CONT);  // calls back at once with what it had kept
}

void CurlTransfer::conclude(CURLcode code, int socket_error) {
  Exchange& exchange = *exchange_;
  if (!header_is_published()) take_status();
  if (code == CURLE_WRITE_ERROR && ends_with_header_ && header_complete_) code = CURLE_OK;
  if (code == CURLE_TOO_MANY_REDIRECTS && header_complete_) code = CURLE_OK;
  if (code == CURLE_SEND_ERROR && response_is_whole()) code = CURLE_OK;  // the server did not want the rest
  if (code == CURLE_HTTP2_STREAM && error_[0] == '\0') {  // the same, behind the end of the response
    if (response_is_whole()) code = CURLE_OK;
    // libcurl 7.88 drops what came in one piece with that, be it all of the response.
    std::strcpy(error_.data(), "HTTP/2 stream closed before all of the request was sent");
  }
  if (code == CURLE_OK && exchange.response.header_block.empty()) {
    if (shares_connection() && exchange.response.body.empty()) {  // which ended beneath the request
      code = CURLE_GOT_NOTHING;
    } else {
      code = CURLE_WEIRD_SERVER_REPLY;
      reject(FailureKind::kBadResponse, kNotHttp);
    }
  }
  if (code == CURLE_OK && !header_complete_) code = CURLE_PARTIAL_FILE;
  if (code == CURLE_GOT_NOTHING && in_clear_ && version_ == kBeginInClear) {
    code = CURLE_HTTP2;
    std::strcpy(error_.data(), "the server does not speak HTTP/2");
  }
  if (code != CURLE_OK) {
    Failure& failure = exchange.failure;
    long value = 0;
    curl_easy_getinfo(easy_, CURLINFO_OS_ERRNO, &value);
    failure.os_error = static_cast<int>(value);
    if (code == CURLE_COULDNT_CONNECT && failure.os_error == 0) failure.os_error = socket_error;
    failure.message = error_[0] != '\0' ? error_.data() : curl_easy_strerror(code);
    failure.kind = failure_kind(code, failure.os_error, failure.message, exchange.timings);
    if (failure.kind == FailureKind::kHeaderTooLarge)
      failure.message = exchange.response.header_block.empty()          ? "status line"
                        : contains(failure.message, "response headers") ? "header"
                                                                        : "header line";
    if (uses_unix_socket_ &&
        code == CURLE_COULDNT_RESOLVE_HOST)  // libcurl's word for a path that is too long
      failure = {FailureKind::kUnreachable, ENAMETOOLONG, std::strerror(ENAMETOOLONG)};
    if (connection_died_)
      failure.kind =
          failure.os_error == ECONNRESET ? FailureKind::kConnectionReset : FailureKind::kConnectionClosed;
    if (failure.kind == FailureKind::kHttp2) failure.message = without_numbers(failure.message);
    if (rejection_.kind != FailureKind::kNone) failure = rejection_;
    is_worn_ = is_worn_ || failure.os_error != 0;
  }
  is_worn_ = is_worn_ || sendings_ > 1 || connection_died_;
  let_go();
}

void CurlTransfer::abandon(FailureKind kind) {
  if (!header_is_published()) take_status();
  exchange_->failure.kind =
      kind == FailureKind::kReadTimeout && is_sending() ? FailureKind::kSendTimeout : kind;
  let_go();
}

void CurlTransfer::fail_name(int error, const std::string& reason) {
  exchange_->failure = {FailureKind::kNameResolution, error, reason};
  let_go();
}

void CurlTransfer::note_upload(SteadyTime now) {
  curl_off_t uploaded = 0;
  curl_easy_getinfo(easy_, CURLINFO_SIZE_UPLOAD_T, &uploaded);
  if (std::exchange(uploaded_, uploaded) < uploaded) last_activity_ = now;
}

bool CurlTransfer::is_sending() const {
  const Timings& timings = exchange_->timings;
  if (!exchange_->request.has_body || timings.sending == SteadyTime{} || timings.first_byte != SteadyTime{})
    return false;
  const int64_t length = sends_pieces_ ? exchange_->streaming->body_length
                                       : static_cast<int64_t>(exchange_->request.body.size());
  if (length == Streaming::kUnknownLength) return !gave_all_;
  curl_off_t sent = 0;
  curl_easy_getinfo(easy_, CURLINFO_SIZE_UPLOAD_T, &sent);
  return sent < length;
}

void CurlTransfer::take_status() {
  if (!header_complete_) return;
  Response& response = exchange_->response;
  long value = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &value);
  response.status = static_cast<int>(value);
  curl_easy_getinfo(easy_, CURLINFO_HTTP_VERSION, &value);
  response.version = value == CURL_HTTP_VERSION_1_0   ? 10
                     : value == CURL_HTTP_VERSION_2_0 ? 20
                     : value == CURL_HTTP_VERSION_3   ? 30
                                                      : 11;
}

void CurlTransfer::publish_header() {
  take_status();
  exchange_->timings.completed = last_activity_;
  exchange_->streaming->header_complete = true;
  listeners_.progressed(exchange_);
}

// Of a body that is streamed, Python can decode gzip and deflate itself, and some read it as it was sent.
// What libcurl cannot decode comes as it is, instead of being an error. Later versions of libcurl have
// decided by now.
void CurlTransfer::leave_encoded() {
  static const bool in_time = curl_version_info(CURLVERSION_NOW)->version_num < 0x080700;
  const bool streamed = exchange_->streaming && exchange_->streaming->reads_body;
  int encodings = 0;
  bool known = true;
  bool for_python = false;
  for (const auto& [name, value] : exchange_->response.headers()) {
    if (!same_name(name, "Content-Encoding")) continue;
    for_python = streamed && ++encodings == 1 && is_one_of(value, "gzip", "x-gzip", "deflate");
    known = known && decodes(value);
  }
  if (!in_time || (known && !for_python)) return;
  leaves_encoded_ = true;
  if (for_python) exchange_->streaming->is_encoded = true;
  set(easy_, CURLOPT_HTTP_CONTENT_DECODING, 0L);
}

bool CurlTransfer::response_is_whole() const {
  curl_off_t length = 0;
  curl_off_t received = 0;
  curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  curl_easy_getinfo(easy_, CURLINFO_SIZE_DOWNLOAD_T, &received);
  return header_complete_ && length >= 0 && received == length;
}

bool CurlTransfer::header_is_published() const {
  return exchange_->streaming && exchange_->streaming->header_complete;
}

void CurlTransfer::hand_over() { let_go_of_exchange(); }

std::unique_ptr<CurlShare> CurlTransfer::take_share() {
  set(easy_, CURLOPT_SHARE, static_cast<CURLSH*>(nullptr));
  return std::move(own_share_);
}

void CurlTransfer::let_go() {
  if (exchange_->timings.sending == SteadyTime{}) take_connection_times();
  if (own_share_ == nullptr) set(easy_, CURLOPT_SHARE, static_cast<CURLSH*>(nullptr));
  let_go_of_exchange();
}

void CurlTransfer::let_go_of_exchange() {
  unresolved_.clear();
  if (!name_lines_.empty()) {
    name_lines_.clear();
    set_names();
  }
  share_ = nullptr;
  pool_ = nullptr;
  exchange_->transfer = nullptr;
  exchange_ = nullptr;
}

}  // namespace nest::http
