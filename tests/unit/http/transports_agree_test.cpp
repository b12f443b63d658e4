// Whatever a server answers, both transports make the same of it: responses good and odd, made up from a
// seed, are served to the one and to the other.
//
// NEST_AGREE_SEED and NEST_AGREE_CASES make it another run, or a longer one; a case that fails names its own.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <initializer_list>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "engine_fixture.h"
#include "http/header_block.h"

namespace nest::http {
namespace {

using namespace std::string_literals;

constexpr std::string_view kGoodAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// "hello" three times over.
const std::string kText = "hellohellohello";
const std::string kRaw = "\xcb\x48\xcd\xc9\xc9\xcf\x80\x13\x00"s;
const std::string kGzip =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03"s + kRaw + "\x0b\xb4\x21\x3e\x0f\x00\x00\x00"s;
const std::string kZlib = "\x78\x9c"s + kRaw + "\x31\xb0\x06\x3d"s;
const std::string kBrotli = "\x0b\x07\x80"s + kText + "\x03"s;
const std::string kZstd = "\x28\xb5\x2f\xfd\x20\x0f\x79\x00\x00"s + kText;

enum class End { kStays, kCloses, kResets };

// What is asked, and what is answered.
struct Case {
  uint64_t seed = 0;
  std::string method = "GET";
  bool is_second = false;  // on its connection
  bool is_streamed = false;
  uint64_t most_body = UINT64_MAX;
  std::string answer;
  bool is_usual = true;      // a response as servers send them
  std::vector<size_t> cuts;  // where it is cut into pieces
  End end = End::kStays;
};

// Makes a case of a seed, on every system the same.
class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) { made_.seed = seed; }

  Case make() {
    made_.method = pick({"GET", "GET", "GET", "GET", "GET", "HEAD", "POST", "DELETE"});
    made_.is_second = one_in(4);
    made_.is_streamed = one_in(4);
    if (one_in(10)) made_.most_body = below(20);
    std::string& answer = made_.answer;
    answer += pick_odd(60, "", {"\r\n", "\n", " ", "x\r\n", "\0"s, "HTTP"});
    while (one_in(8)) answer += interim();
    answer += status_line() + header() + pick_odd(30, "\r\n", {"\n", " \r\n", "\r\r\n", "\r"});
    if (has_body() || is_odd(6)) answer += is_chunked_ ? chunks() : coded_;
    answer += pick_odd(12, "", {"x", "\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "0\r\n\r\n"});
    if (is_odd(10)) spoil(answer);
    if (is_odd(8)) answer.resize(below(answer.size() + 1));
    made_.end = one_in(2) ? End::kCloses : one_in(4) ? End::kResets : End::kStays;
    cut();
    return std::move(made_);
  }

 private:
  size_t below(size_t bound) { return bound == 0 ? 0 : random_() % bound; }
  bool one_in(size_t count) { return below(count) == 0; }
  std::string pick(std::initializer_list<std::string> from) { return from.begin()[below(from.size())]; }
  bool is_odd(size_t one_in_so_many) {
    if (!one_in(one_in_so_many)) return false;
    made_.is_usual = false;
    return true;
  }
  // Mostly the usual.
  std::string pick_odd(size_t one_in_so_many, const std::string& usual,
                       std::initializer_list<std::string> odd) {
    return is_odd(one_in_so_many) ? pick(odd) : usual;
  }
  std::string line_end() { return pick_odd(25, "\r\n", {"\n", " \r\n", "\t\r\n", "\r\r\n", "\r"}); }

  std::string interim() {
    std::string text = "HTTP/1.1 " + pick({"100 Continue", "102 Processing", "103 Early Hints", "199"});
    text += line_end();
    for (size_t i = below(3); i > 0; --i)
      text += pick_odd(8, pick({"X-I: 1", "Set-Cookie: i=1", "Content-Length: 3", "Content-Encoding: gzip"}),
                       {"Connection: close", "Transfer-Encoding: chunked", "X-I", "\rX: 1"}) +
              line_end();
    return text + "\r\n";
  }

  std::string status_line() {
    const std::string version =
        pick_odd(6, "HTTP/1.1",
                 {"HTTP/1.0", "HTTP/1.0", "HTTP/1.0", "HTTP/1.0", "HTTP/1.2", "HTTP/0.9", "HTTP/1", "HTTP/1.",
                  "HTTP/1.11", "HTTP/11.1", "HTTP", "HTTX/1.1", "HTTP/ 1.1"});
    const std::string gap = pick_odd(30, " ", {"  ", "\t", "", " \t "});
    status_ = one_in(3) ? pick({"201", "204", "204", "206", "301", "302", "304", "304", "400", "401", "404",
                                "407", "413", "417", "500", "503", "999"})
                        : pick_odd(40, "200",
                                   {"101", "99", "000", "1000", "20", "2", "2x0", "-200", "+200", "", "0200",
                                    "20000000000", "600"});
    const std::string reason =
        pick_odd(4, " OK",
                 {"", " ", "  two  blanks ", " caf\xc3\xa9", " \xff", "\tTab", " with: colon", "x", " a\rb",
                  " nul\0l"s, "-x", " " + std::string(300, 'r')});
    return version + gap + status_ + reason + line_end();
  }

  bool has_body() const { return made_.method != "HEAD" && status_ != "204" && status_ != "304"; }

  std::string header() {
    std::string text;
    const size_t lines = below(5);
    const size_t framing = below(lines + 1);
    for (size_t i = 0; i <= lines; ++i) {
      if (i == framing) text += framing_lines();
      if (i < lines) text += other_line();
    }
    return text;
  }

  std::string framing_lines() {
    std::string text;
    if (one_in(4)) {
      coding_ = pick({"gzip", "deflate", "br", "zstd", "x-gzip", "identity", "compress", "GZip",
                      "deflate, gzip", "gzip, br", "gzip,identity", "none", "", "gzip, compress"});
      text += pick_odd(10, "Content-Encoding", {"content-encoding", "CONTENT-ENCODING"}) + ": " + coding_ +
              line_end();
      if (is_odd(15)) text += "Content-Encoding: " + pick({"gzip", "br", "identity"}) + line_end();
    }
    coded_ = is_odd(6) ? bytes(below(60)) : coded();
    is_chunked_ = one_in(3);
    if (is_chunked_)
      text +=
          pick_odd(10, "Transfer-Encoding", {"transfer-encoding", "TRANSFER-ENCODING"}) +
          pick_odd(10, ": ", {":", ":  ", ":\t"}) +
          pick_odd(8, "chunked",
                   {"Chunked", "CHUNKED", " chunked ", "chunked,", "chunked\t", ",chunked", "gzip, chunked",
                    "identity, chunked", "chunked, chunked", "chunked;q=1", "xchunked", "identity", " "}) +
          line_end();
    if (is_chunked_ ? is_odd(12) : !one_in(5)) {
      const std::string length = std::to_string(coded_.size());
      const std::string value = pick_odd(8, length,
                                         {length + " ",
                                          "\t" + length,
                                          "+" + length,
                                          "0" + length,
                                          "-" + length,
                                          length + ", " + length,
                                          length + "x",
                                          "",
                                          "x",
                                          "99",
                                          "0",
                                          "0x10",
                                          length + ".0",
                                          "9223372036854775807",
                                          "9223372036854775808",
                                          "99999999999999999999999",
                                          "-1",
                                          "-0",
                                          "--1",
                                          "- 1",
                                          "1 2",
                                          "\"1\""});
      text += pick_odd(12, "Content-Length: ", {"content-length:", "CONTENT-LENGTH:  ", "Content-Length :"}) +
              value + line_end();
      if (is_odd(15)) text += "Content-Length: " + pick({length, "0", "99", "", length + " "}) + line_end();
    }
    return text;
  }

  std::string other_line() {
    return pick_odd(3,
                    pick({"X-A: 1", "Server: nest", "Set-Cookie: a=1; Path=/", "Connection: close",
                          "Connection: keep-alive", "Connection: Keep-Alive", "Content-Type: text/plain",
                          "Date: Thu, 01 Jan 1970 00:00:00 GMT"}),
                    {"connection: CLOSE",
                     "Connection: keep-alive, close",
                     "Connection: close, keep-alive",
                     "Connection: Upgrade",
                     "Connection: TE,close",
                     "Connection: closed",
                     "Connection:",
                     "Connection: ",
                     "Keep-Alive: timeout=0",
                     "Keep-Alive: timeout=5, max=1",
                     "Proxy-Connection: close",
                     "Proxy-Connection: keep-alive",
                     "Upgrade: h2c",
                     "Location: /x",
                     "Location: //",
                     "Retry-After: 9",
                     "WWW-Authenticate: Basic",
                     "WWW-Authenticate: Negotiate",
                     "Alt-Svc: h2=\":443\"",
                     "Strict-Transport-Security: max-age=1",
                     "set-cookie: b=2",
                     "Set-Cookie",
                     "Set-Cookie :c=3",
                     "X-Empty:",
                     "X-Empty: ",
                     ": no name",
                     ":",
                     "no colon",
                     "X-A : 1",
                     "X A: 1",
                     "X-A:1",
                     "X-A:\t1\t",
                     " folded",
                     "\tfolded: 1",
                     " ",
                     "\t",
                     "X-F: a\r\n b",
                     "X-F: a\r\n\tb\r\n  c",
                     "X-F:\r\n a",
                     "X-F: a\r\n ",
                     "X-F: a\n b",
                     "Content-Length:\r\n 5",
                     "Connection:\r\n close",
                     "Transfer-Encoding:\r\n chunked",
                     "Set-Cookie:\r\n d=4",
                     "X-N: \0z"s,
                     "X-R: a\rb",
                     "X\rR: a",
                     "\rX: 1",
                     "X-8: \xff\xfe",
                     "X-\xc3\xa9: 1",
                     "HTTP/1.1 200 OK",
                     "HTTP/1.1: x",
                     "X: HTTP/1.1",
                     "Trailer: X",
                     "X-Long: " + std::string(below(3000), 'l'),
                     "Content-Lengthx: 3",
                     "XContent-Length: 3",
                     "Transfer-Encodingx: chunked",
                     "Content-Range: bytes 0-1/2",
                     "Last-Modified: x"}) +
           line_end();
  }

  // As the codings that are announced have it, or not at all.
  std::string coded() {
    const std::string text = one_in(3) ? std::string(below(5000), 't') : one_in(6) ? "" : kText;
    std::string data = text;
    if (coding_ == "gzip" || coding_ == "x-gzip" || coding_ == "GZip" || coding_ == "gzip,identity")
      data = kGzip;
    if (coding_ == "deflate") data = is_odd(2) ? kRaw : kZlib;
    if (coding_ == "br") data = kBrotli;
    if (coding_ == "zstd") data = kZstd;
    if (data != text) {
      if (is_odd(8)) spoil(data);
      if (is_odd(8)) data.resize(below(data.size()));
      if (is_odd(12)) data += pick({"x", "\0"s, "junk and more of it", data});
    }
    return data;
  }

  std::string chunks() {
    std::string text;
    std::string_view left = coded_;
    while (!left.empty()) {
      const size_t size = one_in(2) ? left.size() : 1 + below(left.size());
      text += chunk_size(size) + std::string(left.substr(0, size)) +
              pick_odd(40, "\r\n", {"\n", "", "x\r\n", "\r", "\r\r\n", "\n\r\n"});
      left.remove_prefix(size);
    }
    text += pick_odd(30, "0", {"00", "0000000000000000", "00000000000000000", "", "0;last", "0 "});
    text += line_end();
    while (is_odd(6))
      text += pick({"X-T: 1", "X-T", ": ", " folded", "Content-Length: 9", "Set-Cookie: t=1",
                    "HTTP/1.1 200 OK", "X-T: \0"s, "\rX: 1"}) +
              line_end();
    return text + pick_odd(30, "\r\n", {"\n", "", "\r", "\r\r\n", "x\r\n", " \r\n"});
  }

  std::string chunk_size(size_t size) {
    std::array<char, 32> digits;
    std::snprintf(digits.data(), digits.size(), one_in(3) ? "%zX" : one_in(8) ? "%08zx" : "%zx", size);
    return pick_odd(40, "", {" ", "0x", "+", "-", "\t", "g"}) + digits.data() +
           pick_odd(8, "",
                    {";a=b", ";a=\"b\"", " ", "\t;x", " ;a", ";", "x", " 5",
                     ";" + std::string(below(2000), 'e'), ";a\r"}) +
           pick_odd(40, "\r\n", {"\n", "\r\r\n", "\r", " \r\n"});
  }

  std::string bytes(size_t count) {
    std::string text;
    while (text.size() < count) text += static_cast<char>(random_());
    return text;
  }

  void spoil(std::string& text) {
    const size_t place = below(text.size() + 1);
    const std::string piece =
        pick({"\r", "\n", "\0"s, " ", ":", "0", "\r\n", "\r\n\r\n", "9", ",", "\xff", "H", "\t", ";", "-"});
    if (one_in(2)) {
      text.insert(place, piece);
    } else if (one_in(2)) {
      text.replace(place, 1, piece);
    } else {
      text.erase(place, 1 + below(3));
    }
  }

  void cut() {
    const size_t size = made_.answer.size();
    const size_t count = one_in(3) ? 0 : one_in(12) ? 40 : below(6);
    for (size_t i = 0; i < count; ++i) made_.cuts.push_back(below(size));
    std::sort(made_.cuts.begin(), made_.cuts.end());
  }

  std::mt19937_64 random_;
  Case made_;
  std::string status_;
  std::string coding_;
  std::string coded_;
  bool is_chunked_ = false;
};

struct Outcome {
  FailureKind failure = FailureKind::kNone;
  std::string message;
  int status = 0;
  int version = 0;
  bool has_set_cookie = false;
  std::string header_block;
  std::string body;
  uint64_t body_length = 0;
  bool is_encoded = false;
  int connections = 0;  // for all requests of the case
};

// What HttpEngine's two threads do, in one, against a server that is in the same thread, too.
class Bench {
 public:
  explicit Bench(const testing::TransportKind& kind)
      : transport_(kind.make(std::make_shared<LookUps>(&LookUps::ask_system), epoll_,
                             {[this](Exchange* done) { complete(done); }, [](Exchange*) {}})),
        listener_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 64) != 0) std::abort();
    ::getsockname(listener_.get(), generic, &size);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
  }

  Outcome run(const Case& made) {
    const auto pool = std::make_shared<ConnectionPool>(Network{});
    Outcome outcome;
    serves_well_ = true;
    if (made.is_second) {
      Exchange before;
      fetch(before, pool, "GET");
    }
    serves_well_ = false;
    Exchange exchange;
    exchange.request.max_response_body = made.most_body;
    if (made.is_streamed) {
      exchange.streaming = std::make_unique<Streaming>();
      exchange.streaming->reads_body = true;
      exchange.streaming->exchange = &exchange;
    }
    start(exchange, pool, made.method);
    pump_until([this] { return asked_ >= 0; });
    serves_well_ = true;  // whatever is asked on another connection
    answer(made);
    pump_until([&] { return is_done() || (made.end == End::kStays && unsent() == 0); });
    settle();
    if (!is_done()) transport_->cancel(&exchange);
    outcome.failure = exchange.failure.kind;
    outcome.message = exchange.failure.message;
    const Response& response = exchange.response;
    outcome.status = response.status;
    if (outcome.failure == FailureKind::kNone) {
      outcome.version = response.version;
      outcome.has_set_cookie = response.has_set_cookie;
      outcome.header_block = response.header_block;
      outcome.body_length = response.body_length;
    }
    if (outcome.failure == FailureKind::kNone) outcome.body = response.body;
    if (made.is_streamed) {
      BodyPipe& pipe = exchange.streaming->response_body;
      if (outcome.failure == FailureKind::kBadEncoding) pipe.clear();  // as much of it as came out
      for (; !pipe.front().empty(); pipe.consume(pipe.front().size())) outcome.body += pipe.front();
      outcome.is_encoded = exchange.streaming->is_encoded;
    }
    if (asked_ >= 0) ends_[static_cast<size_t>(asked_)].is_scripted = false;
    Exchange after;
    fetch(after, pool, "GET");
    EXPECT_EQ(after.response.body, "ok") << "the request after it: " << after.failure.message;
    outcome.connections = static_cast<int>(ends_.size());
    transport_->release(std::move(pool->state));
    ends_.clear();
    asked_ = -1;
    return outcome;
  }

  // What the server says to a user that rests, and what comes of the next request.
  Outcome run_after(std::string_view unasked) {
    const auto pool = std::make_shared<ConnectionPool>(Network{});
    Exchange before, after;
    fetch(before, pool, "GET");
    ::send(ends_.front().fd.get(), unasked.data(), unasked.size(), MSG_NOSIGNAL);
    std::this_thread::sleep_for(std::chrono::milliseconds(110));
    fetch(after, pool, "GET");
    Outcome outcome;
    outcome.failure = after.failure.kind;
    outcome.status = after.response.status;
    outcome.connections = static_cast<int>(ends_.size());
    transport_->release(std::move(pool->state));
    ends_.clear();
    return outcome;
  }

 private:
  struct Peer {
    FileDescriptor fd;
    std::string received;
    bool is_scripted = false;
  };

  void complete(Exchange* done) {
    ASSERT_EQ(done, under_way_) << "completed twice";
    under_way_ = nullptr;
  }
  bool is_done() const { return under_way_ == nullptr; }

  void start(Exchange& exchange, const std::shared_ptr<ConnectionPool>& pool, const std::string& method) {
    Request& request = exchange.request;
    request.url = url_;
    request.method = method;
    request.has_body = method == "POST";
    if (request.has_body) request.body = "a body";
    exchange.pool = pool;
    exchange.timings.started = std::chrono::steady_clock::now();
    under_way_ = &exchange;
    transport_->start(&exchange);
  }

  void fetch(Exchange& exchange, const std::shared_ptr<ConnectionPool>& pool, const std::string& method) {
    start(exchange, pool, method);
    pump_until([this] { return is_done(); });
  }

  // Takes connections and requests; whether there were any.
  bool attend() {
    bool is_active = false;
    for (int fd = 0; (fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      ends_.push_back({FileDescriptor(fd), {}, false});
      is_active = true;
    }
    for (size_t i = 0; i < ends_.size(); ++i) {
      Peer& peer = ends_[i];
      std::array<char, 4096> data;
      const ssize_t got = peer.fd.get() < 0 ? -1 : ::recv(peer.fd.get(), data.data(), data.size(), 0);
      if (got <= 0) continue;
      is_active = true;
      peer.received.append(data.data(), static_cast<size_t>(got));
      const auto end = peer.received.find("\r\n\r\n");
      if (peer.is_scripted || end == std::string::npos) continue;
      if (peer.received.starts_with("POST") && !peer.received.ends_with("a body")) continue;
      const bool is_head = peer.received.starts_with("HEAD");
      peer.received.clear();
      if (serves_well_) {
        const size_t size = kGoodAnswer.size() - (is_head ? 2 : 0);
        ::send(peer.fd.get(), kGoodAnswer.data(), size, MSG_NOSIGNAL);
      } else {
        peer.is_scripted = true;
        asked_ = static_cast<int>(i);
      }
    }
    return is_active;
  }

  bool pump(int timeout_ms) {
    bool is_active = attend();
    std::array<epoll_event, 8> events{};
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                   is_active ? 0 : timeout_ms);
    for (int i = 0; i < count; ++i)
      transport_->on_ready(events[static_cast<size_t>(i)].data.fd, events[static_cast<size_t>(i)].events);
    const SteadyTime now = std::chrono::steady_clock::now();
    const bool is_due = transport_->next_deadline() <= now;
    if (is_due) transport_->on_time(now);
    return is_active || count > 0 || is_due;
  }

  template <class Condition>
  void pump_until(Condition condition) {
    const SteadyTime deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    for (int idle = 0; !condition();) {
      if (std::chrono::steady_clock::now() > deadline) {
        ADD_FAILURE() << "what is waited for never happened";
        std::abort();
      }
      idle = pump(idle > 100 ? 1 : 0) ? 0 : idle + 1;
    }
  }

  // Until nothing happens without something coming.
  void settle() {
    while (pump(0)) {
    }
  }

  int unsent() const {
    const int fd = asked_ < 0 ? -1 : ends_[static_cast<size_t>(asked_)].fd.get();
    int count = 0;
    if (fd < 0 || ::ioctl(fd, SIOCOUTQ, &count) != 0) return 0;
    tcp_info info{};
    socklen_t size = sizeof info;
    ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size);
    return info.tcpi_state == TCP_ESTABLISHED ? count : 0;
  }

  void answer(const Case& made) {
    size_t done = 0;
    for (size_t i = 0; i <= made.cuts.size(); ++i) {
      const size_t end = i < made.cuts.size() ? made.cuts[i] : made.answer.size();
      if (end == done) continue;
      const std::string piece = made.answer.substr(done, end - done);
      done = end;
      ::send(ends_[static_cast<size_t>(asked_)].fd.get(), piece.data(), piece.size(), MSG_NOSIGNAL);
      settle();
    }
    FileDescriptor& fd = ends_[static_cast<size_t>(asked_)].fd;
    if (made.end == End::kResets) {
      const linger abort{1, 0};
      ::setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    }
    if (made.end != End::kStays) fd = FileDescriptor();
  }

  const FileDescriptor epoll_ = make_epoll();
  const std::unique_ptr<Transport> transport_;
  const FileDescriptor listener_;
  std::string url_;
  std::vector<Peer> ends_;  // of the server's connections
  int asked_ = -1;          // the one whose answer is the case's
  bool serves_well_ = true;
  Exchange* under_way_ = nullptr;
};

std::string readable(std::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, 1500)) {
    std::array<char, 8> escaped;
    const bool is_plain = c >= ' ' && c < '\x7f' && c != '\\';
    std::snprintf(escaped.data(), escaped.size(), "\\x%02x",
                  static_cast<unsigned>(static_cast<unsigned char>(c)));
    shown += is_plain ? std::string(1, c) : c == '\r' ? "\\r" : c == '\n' ? "\\n" : escaped.data();
  }
  return shown;
}

// Empty: they are the same.
std::string difference(const Outcome& curl, const Outcome& direct) {
  std::string text;
  const auto compare = [&](const char* name, const auto& a, const auto& b) {
    using Value = std::decay_t<decltype(a)>;
    if (a == b) return;
    if constexpr (std::is_same_v<Value, std::string>)
      text += std::string(name) + ": \"" + readable(a) + "\" / \"" + readable(b) + "\"\n";
    else
      text += std::string(name) + ": " + std::to_string(a) + " / " + std::to_string(b) + "\n";
  };
  compare("failure", static_cast<int>(curl.failure), static_cast<int>(direct.failure));
  compare("status", curl.status, direct.status);
  compare("version", curl.version, direct.version);
  compare("set-cookie", curl.has_set_cookie, direct.has_set_cookie);
  compare("header", curl.header_block, direct.header_block);
  compare("body", curl.body, direct.body);
  compare("body_length", curl.body_length, direct.body_length);
  compare("encoded", curl.is_encoded, direct.is_encoded);
  compare("connections", curl.connections, direct.connections);
  return text;
}

uint64_t from_environment(const char* name, uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

// The line that ought to be the final response's first; without an end if that has not come.
std::string_view status_line_of(std::string_view answer) {
  while (answer.starts_with("HTTP/1.1 1") && !answer.starts_with("HTTP/1.1 101") &&
         !answer.starts_with("HTTP/1.1 1000")) {
    size_t end = 0;
    do {
      end = answer.find('\n', end);
      if (end == std::string_view::npos) return {};
      ++end;
    } while (answer.substr(end, 1) != "\n" && answer.substr(end, 2) != "\r\n");
    answer.remove_prefix(answer.find('\n', end) + 1);
  }
  const auto end = answer.find('\n');
  return answer.substr(0, end == std::string_view::npos ? end : end + 1);
}

bool is_status_line(std::string_view line) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto status = line.find_first_not_of(" \t", line.find(' '));
  return line.starts_with("HTTP/") && line.size() > 6 && is_digit(line[5]) && line.ends_with('\n') &&
         status < line.size() && is_digit(line[status]);
}

// Whether a line of this name satisfies it, given its value and what follows it.
template <class Condition>
bool any_line(std::string_view answer, std::string_view name, Condition condition) {
  for (size_t begin = 0, end = 0; (end = answer.find('\n', begin)) != std::string_view::npos;
       begin = end + 1) {
    const std::string_view line = answer.substr(begin, end - begin);
    if (line.size() > name.size() && line[name.size()] == ':' &&
        same_name(line.substr(0, name.size()), name) &&
        condition(line.substr(name.size() + 1), answer.substr(end + 1)))
      return true;
  }
  return false;
}

bool is_continued(std::string_view answer, std::string_view name) {
  return any_line(answer, name, [](std::string_view, std::string_view rest) {
    return rest.starts_with(' ') || rest.starts_with('\t');
  });
}

bool has_other_transfer_coding(std::string_view answer) {
  return any_line(answer, "Transfer-Encoding", [](std::string_view value, std::string_view) {
    constexpr std::string_view kAround = " \t\r,";
    value.remove_prefix(std::min(value.size(), value.find_first_not_of(kAround)));
    value = value.substr(0, value.find_last_not_of(kAround) + 1);
    return !same_name(value, "chunked");
  });
}

// Why the two may differ there, the direct one being right.
struct Excuse {
  const char* reason;
  bool (*holds)(const Case&, const Outcome& curl, const Outcome& direct);
};

bool only_connections_differ(const Outcome& curl, const Outcome& direct) {
  Outcome same = curl;
  same.connections = direct.connections;
  return difference(same, direct).empty();
}

constexpr Excuse kExcuses[] = {
    {"libcurl waits for the rest of what cannot be a status line, or takes its beginning for no answer, "
     "after "
     "which it asks again; http.client shows the line",
     [](const Case& made, const Outcome&, const Outcome& direct) {
       return !is_status_line(status_line_of(made.answer)) && direct.failure != FailureKind::kNone;
     }},
    {"what comes in one piece with a response and is not of it ends the connection; libcurl drops it",
     [](const Case& made, const Outcome& curl, const Outcome& direct) {
       return only_connections_differ(curl, direct) && curl.connections == 1 && direct.connections == 2 &&
              made.end == End::kStays;
     }},
    {"an interim response does not tell whether the connection stays",
     [](const Case& made, const Outcome& curl, const Outcome& direct) {
       return only_connections_differ(curl, direct) && made.answer.starts_with("HTTP/1.1 1") &&
              any_line(made.answer, "Connection", [](auto, auto) { return true; });
     }},
    {"libcurl takes a line that begins with a carriage return for the end of the header, and we do not",
     [](const Case& made, const Outcome& curl, const Outcome& direct) {
       return direct.message == "carriage return within a header" && curl.failure != FailureKind::kNone &&
              made.answer.find("\n\r") != std::string::npos;
     }},
    {"libcurl looks for a nul byte in a line only behind its first",
     [](const Case&, const Outcome& curl, const Outcome& direct) {
       return direct.message == "Nul byte in header" && curl.failure != FailureKind::kNone;
     }},
    {"a header whose name begins with HTTP/ is one",
     [](const Case& made, const Outcome&, const Outcome&) {
       return any_line(made.answer, "HTTP/1.1", [](auto, auto) { return true; });
     }},
    {"a line that continues another says nothing of the body",
     [](const Case& made, const Outcome&, const Outcome&) {
       return is_continued(made.answer, "Content-Length") || is_continued(made.answer, "Transfer-Encoding") ||
              is_continued(made.answer, "Content-Encoding");
     }},
    {"a header does not begin with a line that continues another, be it of the interim response before",
     [](const Case& made, const Outcome&, const Outcome& direct) {
       return made.answer.starts_with("HTTP/1.1 1") &&
              direct.message == "a header that begins with a continuation";
     }},
    {"trailers are skipped unread, as in http.client; libcurl takes them for headers",
     [](const Case& made, const Outcome& curl, const Outcome& direct) {
       return (curl.failure == FailureKind::kBadResponse || curl.failure == FailureKind::kBadChunk) &&
              curl.status > 0 && curl.status == direct.status &&
              any_line(made.answer, "Transfer-Encoding", [](auto, auto) { return true; });
     }},
    {"what follows the end of gzip is another member, or dropped; and libcurl knows deflate without a header "
     "only "
     "from a piece that has all of it",
     [](const Case& made, const Outcome& curl, const Outcome& direct) {
       return curl.failure == FailureKind::kBadEncoding && direct.failure != curl.failure &&
              any_line(made.answer, "Content-Encoding", [](auto, auto) { return true; });
     }},
    {"an empty list of codings is none beside another",
     [](const Case& made, const Outcome& curl, const Outcome& direct) {
       return curl.is_encoded != direct.is_encoded &&
              any_line(made.answer, "Content-Encoding", [](std::string_view value, auto) {
                return value.find_first_not_of(" \t\r") == std::string_view::npos;
              });
     }},
    {"carriage returns around a length or a coding are nothing",
     [](const Case& made, const Outcome&, const Outcome&) {
       const auto has_one = [](std::string_view value, auto) { return value.find('\r') + 1 < value.size(); };
       return any_line(made.answer, "Content-Length", has_one) ||
              any_line(made.answer, "Content-Encoding", has_one);
     }},
    {"the size of a chunk is a number, as in http.client; libcurl takes what begins with one",
     [](const Case&, const Outcome&, const Outcome& direct) {
       return direct.failure == FailureKind::kBadChunk;
     }},
    {"codings of the transfer other than chunks are overlooked",
     [](const Case& made, const Outcome&, const Outcome&) { return has_other_transfer_coding(made.answer); }},
};

const Excuse* excuse_for(const Case& made, const Outcome& curl, const Outcome& direct) {
  const auto found = std::find_if(std::begin(kExcuses), std::end(kExcuses),
                                  [&](const Excuse& excuse) { return excuse.holds(made, curl, direct); });
  return found == std::end(kExcuses) ? nullptr : found;
}

std::string description(const Case& made) {
  constexpr std::array<const char*, 3> kEnds = {"stays", "closes", "resets"};
  return "NEST_AGREE_SEED=" + std::to_string(made.seed) + ": " + made.method +
         (made.is_second ? ", second" : "") + (made.is_streamed ? ", streamed" : "") + ", " +
         std::to_string(made.cuts.size() + 1) + " pieces, then " + kEnds[static_cast<size_t>(made.end)] +
         "\n" + readable(made.answer) + "\n";
}

TEST(TransportsAgree, OnWhateverAServerAnswers) {
  Bench curl({"curl", &make_curl_transport_with});
  Bench direct({"direct", &make_direct_transport_with});
  const uint64_t first = from_environment("NEST_AGREE_SEED", 1);
  const uint64_t count = from_environment("NEST_AGREE_CASES", 300);
  std::map<std::string, int> excused;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    const Case made = Generator(seed).make();
    Outcome by_curl, by_direct;
    std::string different;
    // How the pieces of an answer come in is also the machine's doing: what differs does so again.
    for (int i = 0; i == 0 || (i < 3 && !different.empty()); ++i) {
      by_curl = curl.run(made);
      by_direct = direct.run(made);
      different = difference(by_curl, by_direct);
    }
    if (made.is_usual) {
      EXPECT_NE(by_direct.failure, FailureKind::kBadResponse) << description(made) << by_direct.message;
    }
    if (different.empty()) continue;
    const Excuse* excuse = made.is_usual ? nullptr : excuse_for(made, by_curl, by_direct);
    if (excuse != nullptr)
      ++excused[excuse->reason];
    else
      ADD_FAILURE() << description(made) << different << by_curl.message << " / " << by_direct.message;
  }
  for (const auto& [reason, times] : excused) std::printf("%d times: %s\n", times, reason.c_str());
}

TEST(TransportsAgree, OnWhatAServerSaysBeforeItIsAskedAgain) {
  for (const testing::TransportKind& kind : {testing::TransportKind{"curl", &make_curl_transport_with},
                                             testing::TransportKind{"direct", &make_direct_transport_with}}) {
    const Outcome outcome = Bench(kind).run_after(
        "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(outcome.failure, FailureKind::kNone) << kind.name;
    EXPECT_EQ(outcome.status, 200) << kind.name;
    EXPECT_EQ(outcome.connections, 2) << kind.name;
  }
}

}  // namespace
}  // namespace nest::http
