#include "http/direct_transport.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "http/curl_transfer.h"
#include "http/direct_connection.h"
#include "http/header_block.h"

namespace nest::http {

// A user's connections: libcurl's and ours.
struct DirectPool final : CurlPool {
  std::vector<std::unique_ptr<DirectConnection>> connections;  // the one that was used last is the last
};

namespace {

using Event = ResponseParser::Event;

// Of one connection, before others have their turn.
constexpr int kReadsInTurn = 16;
constexpr size_t kReadSize = size_t{64} * 1024;
// Of a body whose reader has to keep up.
constexpr size_t kStreamReadSize = size_t{16} * 1024;
// What goes into one packet with its header.
constexpr size_t kSmallBody = 8192;
constexpr size_t kPieceSize = size_t{64} * 1024;
constexpr size_t kIdleConnectionsPerUser = 100;
// After which a server may give a connection up, and say so by an answer that nobody asked for.
constexpr Duration kLongIdle = std::chrono::milliseconds(100);
// Where nothing else is said; libcurl's.
constexpr Duration kLongestConnect = std::chrono::minutes(5);
// Memory for a body that was only announced.
constexpr uint64_t kMostReserved = 256 * 1024;

template <class... Names>
bool is_one_of(std::string_view text, const Names&... names) {
  return (same_name(text, names) || ...);
}

bool sends_pieces(const Exchange& exchange) { return exchange.streaming && exchange.streaming->sends_body; }

bool is_repeatable(const Exchange& exchange) {
  const Request& request = exchange.request;
  return !request.has_body && !sends_pieces(exchange) &&
         is_one_of(request.method, "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");
}

class DirectTransport final : public Transport {
 public:
  DirectTransport(std::shared_ptr<LookUps> look_ups, const FileDescriptor& epoll, Events events)
      : epoll_(epoll),
        events_(events),
        curl_(make_curl_connector(std::move(look_ups), epoll, std::move(events),
                                  [this](Exchange* exchange, OpenedConnection opened) {
                                    take_over(exchange, std::move(opened));
                                  })) {}

  ~DirectTransport() override {
    for (size_t fd = 0; fd < by_fd_.size(); ++fd) {
      if (by_fd_[fd] != nullptr) close(*by_fd_[fd]);
    }
  }

  void start(Exchange* exchange) override {
    DirectPool& pool = pool_of(*exchange);
    const std::optional<Target> target = direct_target(*exchange);
    if (!target) return curl_->start(exchange);
    const bool is_safe = is_repeatable(*exchange);
    while (DirectConnection* connection = idle_connection(pool, *target, *exchange)) {
      const bool has_rested = exchange->timings.started - connection->last_activity > kLongIdle;
      if ((!is_safe || has_rested) && connection->has_died_idle()) {
        close(*connection);
        continue;
      }
      return send(*connection, exchange);
    }
    connect(exchange, *target);
  }

  void cancel(Exchange* exchange) override {
    if (!exchange->is_direct) return curl_->cancel(exchange);
    fail(*static_cast<DirectConnection*>(exchange->transfer), {FailureKind::kCancelled, 0, {}});
  }

  void resume(Exchange* exchange) override {
    if (!exchange->is_direct) return curl_->resume(exchange);
    auto& connection = *static_cast<DirectConnection*>(exchange->transfer);
    if (std::exchange(connection.awaits_piece, false) && !write_on(connection)) return;
    if (!std::exchange(connection.is_paused, false)) return;
    watch(connection);
    receive(connection);
  }

  void release(std::unique_ptr<ConnectionPool::State> state) override {
    auto* pool = static_cast<DirectPool*>(state.get());
    while (!pool->connections.empty()) close(*pool->connections.back());
    curl_->release(std::move(state));
  }

  void on_ready(int fd, uint32_t epoll_events) override {
    DirectConnection* connection = at(fd);
    if (connection == nullptr) return curl_->on_ready(fd, epoll_events);
    if (connection->is_connecting) return end_connecting(*connection);
    if (connection->is_paused) return;
    if ((epoll_events & EPOLLOUT) != 0 && connection->has_unsent() && !write_on(*connection)) return;
    if ((epoll_events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive(*connection);
  }

  SteadyTime next_deadline() const override {
    const SteadyTime of_curl = curl_->next_deadline();
    return deadlines_.empty() ? of_curl : std::min(of_curl, deadlines_.begin()->first);
  }

  void on_time(SteadyTime now) override {
    if (curl_->next_deadline() <= now) curl_->on_time(now);
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
      DirectConnection& connection = *deadlines_.begin()->second;
      deadlines_.erase(deadlines_.begin());
      connection.next_check = SteadyTime::max();
      if (connection.exchange == nullptr) continue;
      if (deadline_of(connection) <= now)
        fail(connection, {kind_of_timeout(connection, now), 0, {}});
      else
        check_at(connection, next_look(connection, now));
    }
  }

 private:
  // Where it goes if it is for us; then head_ has its head.
  std::optional<Target> direct_target(const Exchange& exchange) {
    const Request& request = exchange.request;
    const Network& network = exchange.pool->network;
    if (network.http_version != 11 || !network.goes_direct) return std::nullopt;
    if (request.awaits_continue && request.headers.has("Expect")) return std::nullopt;
    if (request.settings && !request.settings->proxy.empty()) return std::nullopt;
    if (request.url.size() > kMaxUrl) return std::nullopt;
    const std::optional<Target> target = target_of(request.url);
    if (target && target->is_secure && !opens_tls()) return std::nullopt;
    head_.clear();
    if (target) append_head(head_, request, *target, body_length(exchange));
    if (!sends_pieces(exchange) && request.headers.has("Transfer-Encoding") &&
        !request.headers.has("Content-Length")) {
      if (request.has_body) return std::nullopt;
      // A header that announces chunks wants at least the last one, without which the server waits.
      head_.append("0\r\n\r\n");
    }
    return target;
  }

  // Nothing: it is sent in chunks.
  static std::optional<uint64_t> body_length(const Exchange& exchange) {
    if (!sends_pieces(exchange)) return exchange.request.body.size();
    const int64_t length = exchange.streaming->body_length;
    if (length == Streaming::kUnknownLength) return std::nullopt;
    return static_cast<uint64_t>(length);
  }

  DirectPool& pool_of(const Exchange& exchange) {
    ConnectionPool& pool = *exchange.pool;
    if (!pool.state) pool.state = std::make_unique<DirectPool>();
    return *static_cast<DirectPool*>(pool.state.get());
  }

  static DirectConnection* idle_connection(DirectPool& pool, const Target& target, const Exchange& exchange) {
    const auto found =
        std::find_if(pool.connections.rbegin(), pool.connections.rend(), [&](const auto& connection) {
          return connection->exchange == nullptr && connection->leads_to(target, exchange.request.settings);
        });
    return found == pool.connections.rend() ? nullptr : found->get();
  }

  // A connection of its own for the exchange, which goes by it once it stands. Without TLS, and where there
  // is no choice of addresses, libcurl would do no more than this.
  void connect(Exchange* exchange, const Target& target) {
    const SteadyTime asked = std::chrono::steady_clock::now();
    const std::optional<Endpoint> endpoint =
        target.is_secure ? std::nullopt : curl_->known_endpoint(*exchange, target);
    if (!endpoint) return curl_->connect(exchange);
    const SteadyTime begun = std::chrono::steady_clock::now();
    ConnectionAttempt attempt = begin_to_connect(*endpoint, exchange->pool->network.local_address);
    if (attempt.socket.get() < 0) return curl_->connect(exchange);  // which tells what is amiss
    const int fd = attempt.socket.get();
    DirectConnection& connection = add({std::move(attempt.socket), nullptr, fd}, *exchange);
    connection.is_connecting = true;
    connection.connect_error = attempt.os_error;
    connection.last_activity = begun;
    occupy(connection, exchange);
    Timings& timings = exchange->timings;
    timings.dns = begun - asked;
    timings.connect = timings.tls = Duration::zero();
    watch(connection);
    check_at(connection, next_look(connection, begun));
  }

  void end_connecting(DirectConnection& connection) {
    const int error =
        connection.connect_error != 0 ? connection.connect_error : connection_error(connection.fd);
    if (error == EINPROGRESS) return;
    if (error != 0)
      return fail(connection,
                  {connect_failure(error), error, std::string("Failed to connect: ") + std::strerror(error)});
    connection.is_connecting = false;
    Exchange* exchange = connection.exchange;
    exchange->timings.connect = std::chrono::steady_clock::now() - connection.last_activity;
    if (exchange->request.read_timeout == Duration::zero()) drop_check(connection);
    direct_target(*exchange);
    send(connection, exchange);
  }

  // libcurl has made the connection for this exchange.
  void take_over(Exchange* exchange, OpenedConnection opened) {
    DirectConnection& connection = add(std::move(opened), *exchange);
    direct_target(*exchange);
    send(connection, exchange);
  }

  DirectConnection& add(OpenedConnection opened, const Exchange& first) {
    DirectPool& pool = pool_of(first);
    const auto fd = static_cast<size_t>(opened.fd);
    if (fd >= by_fd_.size()) by_fd_.resize(fd + 1);
    by_fd_[fd] =
        pool.connections.emplace_back(std::make_unique<DirectConnection>(std::move(opened), pool, first))
            .get();
    return *by_fd_[fd];
  }

  static void occupy(DirectConnection& connection, Exchange* exchange) {
    connection.exchange = exchange;
    exchange->transfer = &connection;
    exchange->is_direct = true;
  }

  // REQUIRES that head_ has the request's head.
  void send(DirectConnection& connection, Exchange* exchange) {
    const Request& request = exchange->request;
    occupy(connection, exchange);
    connection.has_answered = connection.response_ended = false;
    connection.send_failure = {};
    connection.parser.begin(exchange->response, request.method == "HEAD");
    connection.awaits_piece = false;
    connection.has_all_pieces = !sends_pieces(*exchange);
    connection.sends_chunks = !body_length(*exchange);
    std::string_view body = connection.has_all_pieces ? std::string_view(request.body) : std::string_view();
    if (body.size() <= kSmallBody) head_.append(std::exchange(body, {}));
    connection.set_unsent(head_, body);
    Timings& timings = exchange->timings;
    timings.sending = connection.last_activity = std::chrono::steady_clock::now();
    timings.sent = timings.first_byte = SteadyTime{};
    if (request.read_timeout != Duration::zero()) {
      const SteadyTime limit = timings.sending + request.read_timeout;
      if (limit < connection.next_check) check_at(connection, limit);
    }
    write_on(connection);
  }

  // False if the request is done with, and the connection may be gone.
  bool write_on(DirectConnection& connection) {
    const size_t before = connection.unsent();
    IoResult result = connection.write_on();
    while (!result.again && !result.is_broken() && take_piece(connection)) result = connection.write_on();
    if (result.is_broken()) {
      // There may be an answer all the same.
      connection.send_failure = std::move(result.failure);
      connection.drop_unsent();
    } else if (connection.unsent() != before || !connection.has_unsent()) {
      connection.last_activity = std::chrono::steady_clock::now();
      if (!connection.has_unsent()) connection.exchange->timings.sent = connection.last_activity;
    }
    watch(connection);
    if (!connection.response_ended || connection.is_sending()) return true;
    conclude(connection, std::chrono::steady_clock::now(), false);
    return false;
  }

  // Gives the connection the next piece of a body that comes in pieces. False if there is none, now or any
  // more.
  bool take_piece(DirectConnection& connection) {
    if (connection.has_all_pieces) return false;
    Streaming& streaming = *connection.exchange->streaming;
    BodyPipe& pipe = streaming.request_body;
    if (pipe.front().empty() && !pipe.at_end()) {
      streaming.transport_waits.exchange(true);  // not a store: then what came before its reset is seen
      if (pipe.front().empty() && !pipe.at_end()) {
        connection.awaits_piece = true;
        return false;
      }
    }
    const std::string_view piece = pipe.front().substr(0, kPieceSize);
    if (piece.empty()) connection.has_all_pieces = true;
    head_.clear();
    if (!connection.sends_chunks) {
      head_.assign(piece);
    } else {
      std::array<char, 24> size;
      const int digits = std::snprintf(size.data(), size.size(), "%zx\r\n", piece.size());
      head_.append(size.data(), static_cast<size_t>(digits)).append(piece).append("\r\n");
    }
    pipe.consume(piece.size());
    if (pipe.is_half_empty()) events_.progressed(connection.exchange);
    connection.set_unsent(head_, {});
    return connection.has_unsent();
  }

  void receive(DirectConnection& connection) {
    for (int reads = 1;; ++reads) {
      const size_t size = room(connection);
      if (size == 0) return;
      Received received = connection.read(buffer_.data(), size);
      const IoResult& result = received.result;
      if (result.again) return;
      if (connection.exchange == nullptr) {  // the server has ended it, or says something unasked
        close(connection);
        return;
      }
      if (result.size == 0) return end(connection, std::move(received.result.failure));
      if (!take(connection, {buffer_.data(), result.size}, received.at)) return;
      if (received.is_drained || (reads >= kReadsInTurn && !connection.has_input())) return;
    }
  }

  // How much may be read; with 0 the reader of the body has to catch up first.
  size_t room(DirectConnection& connection) {
    Streaming* streaming = connection.exchange == nullptr ? nullptr : connection.exchange->streaming.get();
    if (streaming == nullptr || !streaming->header_complete) return kReadSize;
    const BodyPipe& pipe = streaming->response_body;
    if (pipe.has_room(kStreamReadSize)) return kStreamReadSize;
    streaming->transport_waits.exchange(true);
    if (pipe.has_room(kStreamReadSize)) return kStreamReadSize;  // it may have been made meanwhile
    connection.is_paused = true;
    watch(connection);
    return 0;
  }

  // False if the request is done with, and the connection may be gone.
  bool take(DirectConnection& connection, std::string_view data, SteadyTime at) {
    Exchange& exchange = *connection.exchange;
    Timings& timings = exchange.timings;
    at = std::max(at, timings.sending);
    connection.has_answered = true;
    connection.last_activity = at;
    if (connection.response_ended) {  // more behind it: the connection is good for nothing else
      conclude(connection, at, true);
      return false;
    }
    while (true) {
      if (timings.first_byte == SteadyTime{} && !data.empty()) {
        timings.first_byte = at;
        timings.sent = std::min(timings.sent, at);  // whose clock was read later than the answer came
      }
      switch (connection.parser.next(data)) {
        case Event::kMore:
          return true;
        case Event::kInterim:
          timings.first_byte = SteadyTime{};
          break;
        case Event::kHeader:
          accept_header(connection, at);
          break;
        case Event::kBody:
          if (!take_body(connection)) return false;
          break;
        case Event::kEnd:
          return end_response(connection, at, !data.empty());
        case Event::kFailed:
          fail(connection, connection.parser.failure());
          return false;
      }
    }
  }

  void accept_header(DirectConnection& connection, SteadyTime at) {
    Exchange& exchange = *connection.exchange;
    exchange.timings.header_end = at;
    const bool is_streamed = exchange.streaming && exchange.streaming->reads_body;
    const std::string_view coding = connection.parser.content_encoding();
    // Python can decode these two itself, and some read the body as it was sent.
    const bool is_for_python = is_streamed && is_one_of(coding, "gzip", "x-gzip", "deflate");
    connection.decoder =
        coding.empty() || is_for_python || !decodes(coding) ? nullptr : BodyDecoder::make(coding);
    if (is_streamed) {
      exchange.streaming->is_encoded = is_for_python;
      exchange.timings.completed = at;
      exchange.streaming->header_complete = true;
      events_.progressed(&exchange);
    } else {
      const uint64_t announced = std::min(connection.parser.announced(), exchange.request.max_response_body);
      exchange.response.body.reserve(std::min(announced, kMostReserved));
    }
  }

  bool take_body(DirectConnection& connection) {
    Exchange& exchange = *connection.exchange;
    const std::string_view data = connection.parser.body();
    if (connection.decoder == nullptr) {
      keep_body(exchange, data);
      return true;
    }
    if (connection.decoder->decode(data, [&](std::string_view piece) { keep_body(exchange, piece); }))
      return true;
    fail(connection, {FailureKind::kBadEncoding, 0,
                      "Error while processing content unencoding: " + connection.decoder->error()});
    return false;
  }

  void keep_body(Exchange& exchange, std::string_view data) {
    if (exchange.streaming && exchange.streaming->reads_body) {
      exchange.streaming->response_body.write(data);
      events_.progressed(&exchange);
      return;
    }
    Response& response = exchange.response;
    response.body_length += data.size();
    const uint64_t kept = response.body.size();
    const uint64_t limit = exchange.request.max_response_body;
    response.body.append(data.substr(0, limit - std::min(limit, kept)));
  }

  // False if the request is done with, too.
  bool end_response(DirectConnection& connection, SteadyTime at, bool has_more) {
    // A server that is going to close, or has an error to tell, does not want the rest.
    const bool wants_rest = connection.parser.persists() && (connection.exchange->response.status < 300 ||
                                                             sends_pieces(*connection.exchange));
    if (connection.is_sending() && wants_rest && !has_more) {
      connection.response_ended = true;
      return true;
    }
    conclude(connection, at, has_more);
    return false;
  }

  // The response is complete.
  void conclude(DirectConnection& connection, SteadyTime at, bool has_more) {
    Exchange* exchange = let_go(connection);
    if (exchange->timings.completed == SteadyTime{}) exchange->timings.completed = at;
    ++connection.served;
    connection.decoder.reset();
    if (connection.parser.persists() && !has_more && !connection.has_input() && !connection.is_sending() &&
        connection.send_failure.kind == FailureKind::kNone)
      keep(connection);
    else
      close(connection);
    events_.completed(exchange);
  }

  // The connection has ended, by the peer or because of that failure.
  void end(DirectConnection& connection, Failure failure) {
    if (connection.response_ended) return conclude(connection, std::chrono::steady_clock::now(), true);
    Exchange* exchange = connection.exchange;
    if (!connection.has_answered && connection.served > 0 && is_repeatable(*exchange)) {
      // The server had closed it before it saw the request, or so one may take it: nothing is done twice.
      let_go(connection);
      close(connection);
      exchange->timings.sending = exchange->timings.sent = SteadyTime{};
      return connect(exchange, *target_of(exchange->request.url));
    }
    if (failure.kind == FailureKind::kNone) {
      if (connection.parser.close() == Event::kEnd)
        return conclude(connection, std::chrono::steady_clock::now(), true);
      failure = connection.parser.failure();
      if (!connection.has_answered && connection.send_failure.kind != FailureKind::kNone)
        failure = connection.send_failure;
    }
    fail(connection, std::move(failure));
  }

  void fail(DirectConnection& connection, Failure failure) {
    Exchange* exchange = let_go(connection);
    close(connection);
    exchange->failure = std::move(failure);
    events_.completed(exchange);
  }

  static Exchange* let_go(DirectConnection& connection) {
    Exchange* exchange = std::exchange(connection.exchange, nullptr);
    exchange->transfer = nullptr;
    exchange->is_direct = false;
    return exchange;
  }

  // For the user's next request.
  void keep(DirectConnection& connection) {
    auto& connections = connection.pool.connections;
    if (connections.back().get() != &connection) {
      const auto place = std::find_if(connections.begin(), connections.end(),
                                      [&](const auto& one) { return one.get() == &connection; });
      std::rotate(place, place + 1, connections.end());
    }
    if (connections.size() <= kIdleConnectionsPerUser) return;
    const auto oldest = std::find_if(connections.begin(), connections.end(),
                                     [](const auto& one) { return one->exchange == nullptr; });
    const auto idle = std::count_if(connections.begin(), connections.end(),
                                    [](const auto& one) { return one->exchange == nullptr; });
    if (static_cast<size_t>(idle) > kIdleConnectionsPerUser) close(**oldest);
  }

  void close(DirectConnection& connection) {
    drop_check(connection);
    if (connection.interest != 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, connection.fd, nullptr);
    by_fd_[static_cast<size_t>(connection.fd)] = nullptr;
    auto& connections = connection.pool.connections;
    connections.erase(std::find_if(connections.begin(), connections.end(),
                                   [&](const auto& one) { return one.get() == &connection; }));
  }

  DirectConnection* at(int fd) const {
    const auto place = static_cast<size_t>(fd);
    return place < by_fd_.size() ? by_fd_[place] : nullptr;
  }

  // Asks epoll for what the connection's state needs. A connection that is paused is not in the set at all,
  // where its end would be told of again and again.
  void watch(DirectConnection& connection) {
    const uint32_t wanted = connection.is_paused       ? 0U
                            : connection.is_connecting ? EPOLLOUT
                            : connection.has_unsent()  ? EPOLLIN | EPOLLOUT
                                                       : EPOLLIN;
    if (wanted == connection.interest) return;
    epoll_event event{};
    event.events = wanted;
    event.data.fd = connection.fd;
    const int operation = wanted == 0                ? EPOLL_CTL_DEL
                          : connection.interest == 0 ? EPOLL_CTL_ADD
                                                     : EPOLL_CTL_MOD;
    const int result = ::epoll_ctl(epoll_.get(), operation, connection.fd, &event);
    NEST_CHECK(result == 0, std::string("epoll_ctl: ") + std::strerror(errno));
    connection.interest = wanted;
  }

  void check_at(DirectConnection& connection, SteadyTime when) {
    drop_check(connection);
    if (when == SteadyTime::max()) return;
    connection.next_check = when;
    deadlines_.emplace(when, &connection);
  }

  void drop_check(DirectConnection& connection) {
    if (connection.next_check == SteadyTime::max()) return;
    deadlines_.erase({connection.next_check, &connection});
    connection.next_check = SteadyTime::max();
  }

  // When to look at the connection's time limit again.
  static SteadyTime next_look(const DirectConnection& connection, SteadyTime now) {
    SteadyTime when = deadline_of(connection);
    const Duration limit = connection.exchange->request.read_timeout;
    // What does not apply yet may do so from now on.
    if (limit != Duration::zero() && read_deadline(connection) == SteadyTime::max())
      when = std::min(when, now + limit);
    return std::max(when, now + std::chrono::milliseconds(1));
  }

  static SteadyTime deadline_of(const DirectConnection& connection) {
    const SteadyTime deadline = read_deadline(connection);
    return connection.is_connecting ? std::min(deadline, connect_deadline(connection)) : deadline;
  }

  static FailureKind kind_of_timeout(const DirectConnection& connection, SteadyTime now) {
    if (connection.is_connecting && connect_deadline(connection) <= now) return FailureKind::kConnectTimeout;
    return connection.is_sending() && !connection.has_answered ? FailureKind::kSendTimeout
                                                               : FailureKind::kReadTimeout;
  }

  static SteadyTime connect_deadline(const DirectConnection& connection) {
    const Duration limit = connection.exchange->request.connect_timeout;
    return connection.last_activity + (limit == Duration::zero() ? kLongestConnect : limit);
  }

  static SteadyTime read_deadline(const DirectConnection& connection) {
    const Exchange& exchange = *connection.exchange;
    if (exchange.request.read_timeout == Duration::zero()) return SteadyTime::max();
    if (connection.is_connecting && exchange.request.connect_timeout != Duration::zero())
      return SteadyTime::max();  // that is the limit
    SteadyTime silent_since = connection.last_activity;
    if (exchange.streaming) {  // while nobody waits for the server it may be silent
      const SteadyTime waits_since = exchange.streaming->python_waits_since;
      if (waits_since == SteadyTime{}) return SteadyTime::max();
      silent_since = std::max(silent_since, waits_since);
    }
    return silent_since + exchange.request.read_timeout;
  }

  const FileDescriptor& epoll_;
  const Events events_;
  std::vector<DirectConnection*> by_fd_;
  // When a connection is to be looked at for its time limit, no later than it is over. Looked at lazily: a
  // request that ends in time leaves it as it is.
  std::set<std::pair<SteadyTime, DirectConnection*>> deadlines_;
  std::string head_;  // of the request that is being started
  std::array<char, kReadSize> buffer_{};
  std::unique_ptr<Connector> curl_;
};

}  // namespace

std::unique_ptr<Transport> make_direct_transport(const FileDescriptor& epoll, Transport::Events events) {
  return make_direct_transport_with(std::make_shared<LookUps>(&LookUps::ask_system), epoll,
                                    std::move(events));
}

std::unique_ptr<Transport> make_direct_transport_with(std::shared_ptr<LookUps> look_ups,
                                                      const FileDescriptor& epoll, Transport::Events events) {
  return std::make_unique<DirectTransport>(std::move(look_ups), epoll, std::move(events));
}

}  // namespace nest::http
