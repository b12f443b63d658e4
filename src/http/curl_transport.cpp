#include "http/curl_transport.h"

#include <curl/curl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "http/curl_transfer.h"
#include "http/local_address.h"
#include "http/resolver.h"

namespace nest::http {

namespace {

class CurlTransport final : public Connector {
 public:
  CurlTransport(std::shared_ptr<LookUps> look_ups, const FileDescriptor& epoll, Events events, Opened opened)
      : epoll_(epoll),
        events_(std::move(events)),
        opened_(std::move(opened)),
        resolver_(std::move(look_ups)) {
    static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    NEST_CHECK(initialised == CURLE_OK, curl_easy_strerror(initialised));
    multi_ = curl_multi_init();
    NEST_CHECK(multi_ != nullptr, "curl_multi_init");
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlTransport::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlTransport::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX));
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kIdleConnectionsPerUser);
    epoll_watch_readable(epoll_, resolver_.fd());
  }

  ~CurlTransport() override {
    for (CurlTransfer* transfer : under_way_) {
      curl_multi_remove_handle(multi_, transfer->easy());
      transfer->abandon(FailureKind::kCancelled);
      if (transfer->only_connects()) transfer->take_share();
      idle_.emplace_back(transfer);
    }
    for (CurlPool* pool : pools_) pool->share.reset();
    curl_multi_cleanup(multi_);
    idle_.clear();
  }

  void start(Exchange* exchange) override {
    CurlPool& pool = pool_of(*exchange);
    if (pool.connecting != nullptr) {
      pool.waiting.push_back(exchange);
    } else {
      begin(exchange, pool);
    }
  }

  std::optional<Endpoint> known_endpoint(const Exchange& exchange, const Target& target) override {
    const Network& network = exchange.pool->network;
    const HostPort host = host_of(target);
    const auto port = static_cast<uint16_t>(host.port);
    const auto* addresses = network.names->overridden(host);
    if (addresses == nullptr && is_numeric_address(host.host)) return Endpoint{host.host, port};
    if (addresses == nullptr) {
      const Resolver::Answer* answer =
          resolver_.known(host.name, network.time_to_live(), std::chrono::steady_clock::now());
      if (answer != nullptr) addresses = &answer->addresses;
    }
    if (addresses == nullptr || addresses->size() != 1) return std::nullopt;
    return Endpoint{addresses->front(), port};
  }

  void connect(Exchange* exchange) override {
    std::unique_ptr<CurlTransfer> transfer = take_idle();
    transfer->prepare_connection(exchange, pool_of(*exchange), take_share());
    bring_under_way(exchange, std::move(transfer));
  }

  void cancel(Exchange* exchange) override {
    if (exchange->transfer == nullptr) {
      if (std::erase(pool_of(*exchange).waiting, exchange) != 0) give_up(exchange, FailureKind::kCancelled);
      return;
    }
    end_early(static_cast<CurlTransfer*>(exchange->transfer), FailureKind::kCancelled);
  }

  void resume(Exchange* exchange) override {
    auto* transfer = static_cast<CurlTransfer*>(exchange->transfer);
    if (transfer == nullptr) return;
    const CURLcode code = transfer->resume();
    if (code != CURLE_OK) finish(transfer, [&] { transfer->conclude(code, socket_error_); });
  }

  void release(std::unique_ptr<ConnectionPool::State> state) override {
    pools_.erase(static_cast<CurlPool*>(state.get()));
  }

  void on_ready(int fd, uint32_t epoll_events) override {
    if (fd == resolver_.fd()) {
      resolver_.deliver([this](void* asker, const Resolver::Answer& answer) {
        go_on(static_cast<CurlTransfer*>(asker), &answer);
      });
      return;
    }
    // An idle connection, which the server closed (the next look-up notices) or should have left alone, or
    // one whose transfer stands still.
    if (watched(fd).wanted == 0) {
      if (watched(fd).is_silent) {
        if (has_nothing_to_read(fd)) return;
        end_connection(fd);
      }
      forget(fd);
      return;
    }
    int mask = 0;
    if (epoll_events & EPOLLIN) mask |= CURL_CSELECT_IN;
    if (epoll_events & EPOLLOUT) mask |= CURL_CSELECT_OUT;
    if (epoll_events & (EPOLLERR | EPOLLHUP)) mask |= CURL_CSELECT_ERR;
    if (mask == CURL_CSELECT_OUT && writes_nothing(fd)) {
      enter(fd, EPOLLIN);
      not_asked_.push_back(fd);
      return;
    }
    if (mask != CURL_CSELECT_OUT) ask_again();
    tell_of(fd, mask);
  }

  SteadyTime next_deadline() const override {
    if (!to_read_again_.empty()) return SteadyTime{};  // at once
    const SteadyTime next = std::min(timer_, lull_);
    return deadlines_.empty() ? next : std::min(next, deadlines_.begin()->first);
  }

  void on_time(SteadyTime now) override {
    if (lull_ <= now) drop_spares();
    read_again();
    while (timer_ <= now) {
      timer_ = SteadyTime::max();
      ask_again();
      int running = 0;
      curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
      collect();
    }
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
      CurlTransfer* transfer = deadlines_.begin()->second;
      deadlines_.erase(deadlines_.begin());
      transfer->note_upload(now);
      if (transfer->read_deadline() <= now) {
        end_early(transfer, FailureKind::kReadTimeout);
      } else {
        add_deadline(transfer, std::max(next_check(*transfer), now + std::chrono::milliseconds(1)));
      }
    }
  }

 private:
  // libcurl 7.88 keeps a part of what it has read from a connection of HTTP/2 without asking to be called
  // again. So whatever brought something is read from until nothing comes.
  void read_again() {
    for (const curl_socket_t socket : std::exchange(to_read_again_, {})) {
      if (!watched(socket).is_connection || watched(socket).wanted == 0) continue;
      tell_of(socket, CURL_CSELECT_IN);
    }
  }

  void tell_of(curl_socket_t fd, int mask) {
    ready_ = fd;
    int running = 0;
    curl_multi_socket_action(multi_, fd, mask, &running);
    ready_ = CURL_SOCKET_BAD;
    collect();
  }

  void begin(Exchange* exchange, CurlPool& pool) {
    std::unique_ptr<CurlTransfer> transfer = take_idle();
    if (pool.share == nullptr) {
      pool.share = take_share();
      pools_.insert(&pool);
    }
    transfer->prepare(exchange, pool);
    if (exchange->pool->network.http_version != 11) pool.connecting = exchange;
    bring_under_way(exchange, std::move(transfer));
  }

  void bring_under_way(Exchange* exchange, std::unique_ptr<CurlTransfer> transfer) {
    exchange->transfer = transfer.get();
    under_way_.insert(transfer.get());
    lull_ = SteadyTime::max();
    if (exchange->request.read_timeout != Duration::zero())
      add_deadline(transfer.get(), next_check(*transfer));
    launch(*transfer.release());  // under_way_'s now
  }

  // For an exchange that was never begun.
  void give_up(Exchange* exchange, FailureKind kind) {
    exchange->failure.kind = kind;
    events_.completed(exchange);
  }

  // `exchange` has its connection, or will have none: the next one may look for its own.
  void let_next_connect(const Exchange* exchange) {
    CurlPool& pool = pool_of(*exchange);
    if (pool.connecting != exchange) return;
    pool.connecting = nullptr;
    while (pool.connecting == nullptr && !pool.waiting.empty()) {
      Exchange* next = pool.waiting.front();
      pool.waiting.erase(pool.waiting.begin());
      const Duration limit = next->request.connect_timeout;
      if (limit != Duration::zero() && std::chrono::steady_clock::now() - next->timings.started >= limit) {
        give_up(next, FailureKind::kConnectTimeout);
      } else {
        begin(next, pool);
      }
    }
  }

  // What a user may keep open to all hosts together; beyond it the oldest is closed.
  static constexpr long kIdleConnectionsPerUser = 100;

  // Interest as epoll has it and as libcurl wants it. They may differ: a connection that goes idle stays
  // registered, which saves two system calls per request. Only connections: libcurl's other descriptors (its
  // resolver's) are closed without a word.
  struct Watch {
    bool is_connection = false;
    uint32_t registered = 0;
    uint32_t wanted = 0;
    bool is_silent = false;  // over HTTP/1 and between two requests: the server has nothing to say
    bool is_given = false;   // to the other transport: libcurl may think that it closes it
    uint32_t writable = 0;   // how often libcurl was told so and nothing else
    uint64_t written = 0;    // bytes, when that was looked at last
  };

  static int on_socket(CURL* easy, curl_socket_t fd, int what, void* self, void* /*socket_data*/) {
    static_cast<CurlTransport*>(self)->watch(fd, what);
    if (what == CURL_POLL_IN) transfer_of(easy)->note_sent();
    return 0;
  }

  static CurlTransfer* transfer_of(CURL* easy) {
    void* found = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &found);
    return static_cast<CurlTransfer*>(found);
  }

  static int on_timer(CURLM* /*multi*/, long timeout_ms, void* self) {
    static_cast<CurlTransport*>(self)->timer_ =
        timeout_ms < 0 ? SteadyTime::max()
                       : std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    return 0;
  }

  static curl_socket_t on_open(void* self, const Network& network, const curl_sockaddr& address) {
    FileDescriptor made(::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol));
    auto* transport = static_cast<CurlTransport*>(self);
    transport->socket_error_ = made.get() < 0 ? errno : 0;
    if (made.get() >= 0 && !network.local_address.empty() && address.family != AF_UNIX)
      transport->socket_error_ = bind_to(network.local_address, made.get(), address.family);
    if (transport->socket_error_ != 0) return CURL_SOCKET_BAD;
    const int fd = made.release();
    transport->watched(fd) = Watch{};
    transport->watched(fd).is_connection = true;
    return fd;
  }

  static int on_close(void* self, curl_socket_t fd) {
    Watch& entry = static_cast<CurlTransport*>(self)->watched(fd);
    const bool is_given = std::exchange(entry, Watch{}).is_given;  // the kernel drops it from the epoll set
    return is_given ? 0 : ::close(fd);
  }

  Watch& watched(int fd) {
    const auto index = static_cast<size_t>(fd);
    if (index >= watches_.size()) watches_.resize(index + 1);
    return watches_[index];
  }

  void watch(int fd, int what) {
    Watch& entry = watched(fd);
    entry.wanted = what == CURL_POLL_IN      ? EPOLLIN
                   : what == CURL_POLL_OUT   ? EPOLLOUT
                   : what == CURL_POLL_INOUT ? EPOLLIN | EPOLLOUT
                                             : 0U;
    if (entry.wanted == 0 && entry.registered == EPOLLIN && entry.is_connection) return;  // gone idle
    if (entry.wanted == 0) return forget(fd);
    entry.is_silent = false;
    if (entry.wanted != entry.registered) enter(fd, entry.wanted);
  }

  void enter(int fd, uint32_t interest) {
    Watch& entry = watched(fd);
    epoll_event event{};
    event.events = interest;
    event.data.fd = fd;
    const int operation = entry.registered == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    const int result = ::epoll_ctl(epoll_.get(), operation, fd, &event);
    NEST_CHECK(result == 0, std::string("epoll_ctl: ") + std::strerror(errno));
    entry.registered = interest;
  }

  void forget(int fd) {
    Watch& entry = watched(fd);
    if (entry.registered != 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    entry.registered = entry.wanted = 0;
  }

  // To be called between a transfer's end and its removal.
  void watch_silence(CURL* easy) {
    curl_socket_t fd = CURL_SOCKET_BAD;
    long version = 0;
    curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd);
    curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
    if (fd == CURL_SOCKET_BAD || version > CURL_HTTP_VERSION_1_1) return;
    Watch& entry = watched(fd);
    if (entry.wanted != 0) return;  // the next request has begun
    entry.is_silent = true;
    if (entry.registered == 0) enter(fd, EPOLLIN);
  }

  // libcurl may have read, for one descriptor, what another one in the same batch of events is about.
  static bool has_nothing_to_read(int fd) {
    char next = 0;
    return ::recv(fd, &next, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
  }

  // Over HTTP/2 libcurl 7.88 asks when it can write, and does not write then: while an upload has to wait for
  // its next piece, and when the server has broken the rules.
  bool writes_nothing(int fd) {
    Watch& entry = watched(fd);
    if (++entry.writable % 16 != 0 || entry.wanted != (EPOLLIN | EPOLLOUT)) return false;
    tcp_info info{};
    socklen_t size = sizeof info;
    int queued = 0;
    if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || ::ioctl(fd, SIOCOUTQ, &queued) != 0)
      return false;
    const uint64_t written = info.tcpi_bytes_acked + static_cast<uint64_t>(queued);
    return std::exchange(entry.written, written) == written;
  }

  // Something else has happened, after which it may. (New requests and pieces make themselves known by a
  // timer.)
  void ask_again() {
    for (const int fd : std::exchange(not_asked_, {})) {
      const Watch& entry = watched(fd);
      if (entry.registered != 0 && entry.wanted != 0 && entry.wanted != entry.registered)
        enter(fd, entry.wanted);
    }
  }

  // libcurl would take what has come for the answer to the next request; that a connection has ended it sees.
  static void end_connection(int fd) {
    ::shutdown(fd, SHUT_RDWR);
    std::array<char, 4096> unasked;
    while (::recv(fd, unasked.data(), unasked.size(), MSG_DONTWAIT) > 0) {
    }
  }

  std::unique_ptr<CurlTransfer> take_idle() {
    if (idle_.empty())
      return std::make_unique<CurlTransfer>(
          CurlTransfer::SocketCallbacks{&CurlTransport::on_open, &CurlTransport::on_close, this},
          CurlTransfer::Listeners{events_.progressed, connected_, received_});
    std::unique_ptr<CurlTransfer> transfer = std::move(idle_.back());
    idle_.pop_back();
    return transfer;
  }

  std::unique_ptr<CurlShare> take_share() {
    if (spare_shares_.empty()) return std::make_unique<CurlShare>();
    std::unique_ptr<CurlShare> share = std::move(spare_shares_.back());
    spare_shares_.pop_back();
    return share;
  }

  // What is kept for later; ten thousand users may all connect at once, and then never again.
  static constexpr size_t kMostSpare = 500;
  // And what of that once nothing has been under way for a while.
  static constexpr size_t kFewSpare = 8;
  static constexpr Duration kLull = std::chrono::seconds(1);

  // Once a crowd has connected.
  void drop_spares() {
    lull_ = SteadyTime::max();
    idle_.resize(std::min(idle_.size(), kFewSpare));
    spare_shares_.resize(std::min(spare_shares_.size(), kFewSpare));
    deleted_ = 0;
    ::malloc_trim(0);
  }

  // It is in no multi any more.
  void retire(CurlTransfer* transfer) {
    if (under_way_.empty() && idle_.size() > kFewSpare) lull_ = std::chrono::steady_clock::now() + kLull;
    if (transfer->only_connects()) {
      std::unique_ptr<CurlShare> share = transfer->take_share();
      if (spare_shares_.size() < kMostSpare) spare_shares_.push_back(std::move(share));
    }
    if (!transfer->is_worn() && idle_.size() < kMostSpare) {
      idle_.emplace_back(transfer);
      return;
    }
    if (!transfer->is_worn()) ++deleted_;
    delete transfer;
    // What thousands took that connected together lies between what stays, and nothing else gives it back.
    if (deleted_ < kMostSpare || under_way_.size() > kMostSpare) return;
    deleted_ = 0;
    ::malloc_trim(0);
  }

  // libcurl has connected, for the other transport.
  void hand_over(CurlTransfer* transfer) {
    Exchange* exchange = transfer->exchange();
    OpenedConnection opened;
    curl_easy_getinfo(transfer->easy(), CURLINFO_ACTIVESOCKET, &opened.fd);
    const bool is_secure = exchange->request.url.starts_with("https:");
    void* session = is_secure ? session_of(*transfer) : nullptr;
    if (opened.fd == CURL_SOCKET_BAD || (is_secure && session == nullptr))
      return finish(transfer, [&] { transfer->abandon(FailureKind::kConnectionClosed); });
    drop_deadline(transfer);
    under_way_.erase(transfer);
    forget(opened.fd);
    watched(opened.fd).is_connection = false;
    transfer->hand_over();
    if (is_secure) {
      opened.tls = std::make_unique<TlsStream>(opened.fd, session, [this, transfer] {
        curl_multi_remove_handle(multi_, transfer->easy());  // closes it
        retire(transfer);
      });
    } else {
      watched(opened.fd).is_given = true;
      opened.socket = FileDescriptor(opened.fd);
      curl_multi_remove_handle(multi_, transfer->easy());
      retire(transfer);
    }
    opened_(exchange, std::move(opened));
  }

  // The session of a transfer that has connected. libcurl knows it only while the connection is the handle's,
  // which reading, of what there cannot be yet, makes it.
  static void* session_of(const CurlTransfer& transfer) {
    char nothing = 0;
    size_t size = 0;
    curl_easy_recv(transfer.easy(), &nothing, 1, &size);
    const curl_tlssessioninfo* info = nullptr;
    curl_easy_getinfo(transfer.easy(), CURLINFO_TLS_SSL_PTR, &info);
    return info == nullptr ? nullptr : info->internals;
  }

  void launch(CurlTransfer& transfer) {
    const CURLMcode code = curl_multi_add_handle(multi_, transfer.easy());
    NEST_CHECK(code == CURLM_OK, curl_multi_strerror(code));
  }

  // With what is known of the host whose addresses are missing, or null.
  void go_on(CurlTransfer* transfer, const Resolver::Answer* answer) {
    const Network& network = transfer->exchange()->pool->network;
    while (const HostPort* host = transfer->unresolved()) {
      if (const auto* addresses = network.names->overridden(*host)) {
        transfer->take_addresses(*addresses);
        continue;
      }
      const Duration time_to_live = network.time_to_live();
      if (answer == nullptr)
        answer = resolver_.known(host->name, time_to_live, std::chrono::steady_clock::now());
      if (answer == nullptr) return resolver_.look_up(host->name, transfer, time_to_live);
      if (answer->addresses.empty())
        return finish(transfer, [&] { transfer->fail_name(answer->error, answer->reason); });
      transfer->take_addresses(in_turn(*host, answer->addresses, network.names->rotates));
      answer = nullptr;
    }
    launch(*transfer);
  }

  std::vector<std::string> in_turn(const HostPort& host, std::vector<std::string> addresses, bool rotates) {
    if (!rotates) return addresses;
    const auto first = static_cast<std::ptrdiff_t>(resolver_.next_turn(host.name) % addresses.size());
    std::rotate(addresses.begin(), addresses.begin() + first, addresses.end());
    return addresses;
  }

  CurlPool& pool_of(const Exchange& exchange) {
    ConnectionPool& pool = *exchange.pool;
    if (!pool.state) {
      pool.state = std::make_unique<CurlPool>();
    }
    return *static_cast<CurlPool*>(pool.state.get());
  }

  // The earliest moment at which the transfer may have been silent for too long.
  static SteadyTime next_check(const CurlTransfer& transfer) {
    const SteadyTime deadline = transfer.read_deadline();
    if (deadline != SteadyTime::max()) return deadline;
    return std::chrono::steady_clock::now() + transfer.exchange()->request.read_timeout;
  }

  void add_deadline(CurlTransfer* transfer, SteadyTime when) {
    transfer->next_check = when;
    deadlines_.emplace(when, transfer);
  }

  void drop_deadline(CurlTransfer* transfer) {
    if (transfer->exchange()->request.read_timeout == Duration::zero()) return;
    deadlines_.erase({transfer->next_check, transfer});
  }

  void collect() {
    for (const Exchange* exchange : std::exchange(have_connected_, {})) let_next_connect(exchange);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      CurlTransfer* transfer = transfer_of(message->easy_handle);
      if (transfer->unresolved() != nullptr) {
        curl_multi_remove_handle(multi_, transfer->easy());
        go_on(transfer, nullptr);
        continue;
      }
      if (transfer->tries_again(code)) {
        curl_multi_remove_handle(multi_, transfer->easy());
        launch(*transfer);
        continue;
      }
      if (transfer->only_connects() && code == CURLE_OK) {
        hand_over(transfer);
        continue;
      }
      watch_silence(message->easy_handle);
      finish(transfer, [&] { transfer->conclude(code, socket_error_); });
    }
  }

  void end_early(CurlTransfer* transfer, FailureKind kind) {
    finish(transfer, [&] { transfer->abandon(kind); });
  }

  template <class Conclude>
  void finish(CurlTransfer* transfer, Conclude conclude) {
    Exchange* exchange = transfer->exchange();
    drop_deadline(transfer);
    if (transfer->unresolved() != nullptr) resolver_.forget(transfer);
    under_way_.erase(transfer);
    curl_multi_remove_handle(multi_, transfer->easy());
    conclude();
    retire(transfer);
    let_next_connect(exchange);
    events_.completed(exchange);
  }

  const FileDescriptor& epoll_;
  Events events_;
  Opened opened_;
  CURLM* multi_;
  std::vector<const Exchange*> have_connected_;  // since the last collect(), of those that others wait for
  const std::function<void(Exchange*)> connected_ = [this](Exchange* exchange) {
    if (exchange->pool->network.http_version == 11) return;
    pool_of(*exchange).has_begun_in_clear = true;
    have_connected_.push_back(exchange);
  };
  std::vector<curl_socket_t> to_read_again_;  // see read_again()
  std::vector<int> not_asked_;                // whether they can be written to; see writes_nothing()
  curl_socket_t ready_ = CURL_SOCKET_BAD;     // what libcurl is being told of
  const std::function<void(CurlPool&)> received_ = [this](CurlPool& pool) {
    if (ready_ != CURL_SOCKET_BAD) pool.shared_socket = ready_;
    if (pool.shared_socket == CURL_SOCKET_BAD) return;
    if (to_read_again_.empty() || to_read_again_.back() != pool.shared_socket)
      to_read_again_.push_back(pool.shared_socket);
  };
  int socket_error_ = 0;
  SteadyTime timer_ = SteadyTime::max();
  SteadyTime lull_ = SteadyTime::max();  // when there will have been nothing under way for a while
  std::set<std::pair<SteadyTime, CurlTransfer*>> deadlines_;
  Resolver resolver_;
  std::vector<Watch> watches_;  // by descriptor
  std::vector<std::unique_ptr<CurlTransfer>> idle_;
  size_t deleted_ = 0;  // of those that were too many to be kept, since memory was given back
  std::unordered_set<CurlTransfer*> under_way_;
  std::unordered_set<CurlPool*> pools_;  // that have a share
  std::vector<std::unique_ptr<CurlShare>> spare_shares_;
};

}  // namespace

std::string libcurl_version() { return curl_version_info(CURLVERSION_NOW)->version; }

bool speaks_http(int version) {
  const int features = curl_version_info(CURLVERSION_NOW)->features;
  return version == 11 || (version == 20 && (features & CURL_VERSION_HTTP2) != 0) ||
         (version == 30 && (features & CURL_VERSION_HTTP3) != 0);
}

bool opens_tls() {
  static const bool has_openssl =
      std::string_view(curl_version_info(CURLVERSION_NOW)->ssl_version).starts_with("OpenSSL/");
  return has_openssl;
}

std::unique_ptr<Transport> make_curl_transport(const FileDescriptor& epoll, Transport::Events events) {
  return make_curl_transport_with(std::make_shared<LookUps>(&LookUps::ask_system), epoll, std::move(events));
}

std::unique_ptr<Transport> make_curl_transport_with(std::shared_ptr<LookUps> look_ups,
                                                    const FileDescriptor& epoll, Transport::Events events) {
  return make_curl_connector(std::move(look_ups), epoll, std::move(events), nullptr);
}

std::unique_ptr<Connector> make_curl_connector(std::shared_ptr<LookUps> look_ups, const FileDescriptor& epoll,
                                               Transport::Events events, Connector::Opened opened) {
  return std::make_unique<CurlTransport>(std::move(look_ups), epoll, std::move(events), std::move(opened));
}

}  // namespace nest::http
