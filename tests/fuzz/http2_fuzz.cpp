// Whatever frames an HTTP/2 server sends, in whatever pieces: each request comes back once, what it says was
// sent, and the next request of the user works.
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "client.h"
#include "http/exchange.h"
#include "input.h"
#include "network.h"

namespace {

using namespace nest;
using namespace nest::http;

constexpr size_t kMaxRequests = 4;
constexpr size_t kMaxPieces = 30;
constexpr size_t kPreface = 24;
constexpr size_t kFrameHeader = 9;
constexpr uint8_t kData = 0;
constexpr uint8_t kHeaders = 1;
constexpr uint8_t kSettings = 4;
constexpr uint8_t kAck = 1;
constexpr uint8_t kEndStream = 1;
constexpr uint8_t kEndHeaders = 4;

std::string frame(uint8_t kind, uint8_t flags, uint32_t stream, std::string_view payload) {
  std::string made;
  for (const size_t shift : {16U, 8U, 0U}) made += static_cast<char>(payload.size() >> shift & 0xff);
  made += static_cast<char>(kind);
  made += static_cast<char>(flags);
  for (const unsigned shift : {24U, 16U, 8U, 0U}) made += static_cast<char>(stream >> shift & 0xff);
  return made.append(payload);
}

// The first line of a case: letters say what is asked for and how the server behaves. What follows are
// frames, each a letter ("DHPRSUIGWC", in the order of their numbers) or another byte for its kind, its
// flags, its stream, the length of what it holds (or '+' for 16 000 bytes more than the length that follows),
// and that. '.' instead of a kind lets the client read what was sent so far.
struct Script {
  std::vector<char> requests;  // one for each of the letters G (GET), P (POST), L (a long one), U (the body
                               // is made while it is sent), S (a GET whose response is read while it comes)
  bool upload_ends = true;     // u: never
  bool reads_late = false;     // l: when nothing more comes
  bool keeps_open = false;     // K: the server does not close
  bool grants = true;          // g: no window for bodies
  bool times_out = false;      // T: after a second of silence
  bool cancels = false;        // X: the first request, after the first piece
  bool is_raw = false;         // R: not frames but all bytes as they are, without the server's own beginning
  std::vector<std::string> pieces;
};

Script read_script(fuzz::Input input) {
  constexpr std::string_view kKinds = "DHPRSUIGWC";
  Script script;
  for (const char letter : input.line()) {
    if (std::string_view("GPLUS").find(letter) != std::string_view::npos &&
        script.requests.size() < kMaxRequests)
      script.requests.push_back(letter);
    script.upload_ends &= letter != 'u';
    script.reads_late |= letter == 'l';
    script.keeps_open |= letter == 'K';
    script.grants &= letter != 'g';
    script.times_out |= letter == 'T';
    script.cancels |= letter == 'X';
    script.is_raw |= letter == 'R';
  }
  if (script.requests.empty()) script.requests.push_back('G');
  if (script.is_raw) {
    script.pieces.emplace_back(input.rest());
    return script;
  }
  script.pieces.emplace_back();
  while (!input.empty() && script.pieces.size() < kMaxPieces) {
    const auto letter = static_cast<char>(input.byte());
    if (letter == '.') {
      script.pieces.emplace_back();
      continue;
    }
    const auto known = kKinds.find(letter);
    const uint8_t kind =
        known == std::string_view::npos ? static_cast<uint8_t>(letter) : static_cast<uint8_t>(known);
    const uint8_t flags = input.byte();
    const uint32_t stream = input.byte() % 16U;
    uint8_t length = input.byte();
    std::string payload;
    if (length == '+') {
      payload.assign(16'000, 'y');
      length = input.byte();
    }
    payload.append(input.bytes(length));
    script.pieces.back() += frame(kind, flags, stream, payload);
  }
  return script;
}

std::unique_ptr<Exchange> make_exchange(char kind, const Script& script) {
  auto exchange = std::make_unique<Exchange>();
  Request& request = exchange->request;
  request.url = "http://127.0.0.1/";
  request.has_body = kind == 'P' || kind == 'L' || kind == 'U';
  request.method = request.has_body ? "POST" : "GET";
  if (kind == 'P') request.body = "a body";
  if (kind == 'L') request.body.assign(100'000, 'x');
  request.connect_timeout = std::chrono::seconds(2);
  if (script.times_out) request.read_timeout = std::chrono::seconds(1);
  if (kind == 'U' || kind == 'S') {
    exchange->streaming = std::make_unique<Streaming>();
    exchange->streaming->reads_body = kind == 'S';
    exchange->streaming->sends_body = kind == 'U';
    exchange->streaming->body_length = kind == 'U' ? 100 : Streaming::kUnknownLength;
    exchange->streaming->python_waits_since = fuzz::now();
    exchange->streaming->exchange = exchange.get();
  }
  return exchange;
}

// The other side of all connections: the first follows the script, on the others every request is answered
// well.
class Server {
 public:
  explicit Server(const Script& script) : script_(script) {}

  bool attend() {
    bool active = false;
    for (FileDescriptor fd = fuzz::take_connection(); fd.get() >= 0; fd = fuzz::take_connection()) {
      ends_.push_back({std::move(fd), {}, ends_.empty(), false});
      active = true;
    }
    for (End& end : ends_) active |= attend(end);
    return active;
  }

  // On the scripted connection. False if it does not take all.
  bool send(std::string_view data) { return ends_.empty() || send(ends_.front(), data); }

  void close() {
    if (!ends_.empty()) ends_.front().fd = FileDescriptor();
  }

 private:
  struct End {
    FileDescriptor fd;
    std::string received;
    bool scripted;
    bool greeted;
  };

  static bool send(End& end, std::string_view data) {
    if (end.fd.get() < 0) return true;
    const ssize_t sent = ::send(end.fd.get(), data.data(), data.size(), MSG_NOSIGNAL);
    return sent == static_cast<ssize_t>(data.size()) || (sent < 0 && errno != EAGAIN);
  }

  bool attend(End& end) {
    if (end.fd.get() < 0) return false;
    char data[4096];
    const ssize_t got = ::recv(end.fd.get(), data, sizeof data, 0);
    if (got < 0) return false;
    if (got == 0) end.fd = FileDescriptor();
    if (got > 0) end.received.append(data, static_cast<size_t>(got));
    if (!end.greeted && end.received.size() >= kPreface) {
      end.greeted = true;
      end.received.erase(0, kPreface);
      if (!end.scripted || !script_.is_raw) send(end, frame(kSettings, 0, 0, {}));
    }
    while (end.greeted && read_frame(end)) {
    }
    return true;
  }

  bool read_frame(End& end) {
    const auto byte = [&](size_t index) { return static_cast<uint8_t>(end.received[index]); };
    if (end.received.size() < kFrameHeader) return false;
    const size_t length = size_t{byte(0)} << 16 | size_t{byte(1)} << 8 | byte(2);
    if (end.received.size() < kFrameHeader + length) return false;
    const uint8_t kind = byte(3);
    const uint8_t flags = byte(4);
    const uint32_t stream = uint32_t{byte(7)} << 8 | byte(8);
    end.received.erase(0, kFrameHeader + length);
    if (end.scripted && script_.is_raw) return true;
    if (kind == kSettings && (flags & kAck) == 0) send(end, frame(kSettings, kAck, 0, {}));
    if (kind == kData && length > 0 && (script_.grants || !end.scripted)) {
      std::string more(4, '\0');
      more[2] = static_cast<char>(length >> 8 & 0xff);
      more[3] = static_cast<char>(length & 0xff);
      send(end, frame(8, 0, 0, more) + frame(8, 0, stream, more));
    }
    if (!end.scripted && (kind == kData || kind == kHeaders) && (flags & kEndStream) != 0)
      send(end, frame(kHeaders, kEndHeaders, stream, "\x88") + frame(kData, kEndStream, stream, "ok"));
    return true;
  }

  const Script& script_;
  std::vector<End> ends_;
};

void check_result(const Script& script, char kind, const Exchange& exchange, const std::string& body,
                  size_t sent) {
  const Response& response = exchange.response;
  const FailureKind failure = exchange.failure.kind;
  fuzz::check_times(exchange.timings);
  NEST_CHECK(response.status == 0 || (response.status >= 100 && response.status <= 999),
             std::to_string(response.status));
  const bool encoded = response.header("Content-Encoding").has_value();
  NEST_CHECK(encoded || body.size() <= sent, std::to_string(body.size()));
  NEST_CHECK(failure != FailureKind::kOther, exchange.failure.message);
  if (failure == FailureKind::kHttp2)
    NEST_CHECK(exchange.failure.message.find_first_of("013456789") == std::string::npos,
               exchange.failure.message);
  if (failure == FailureKind::kNone) {
    NEST_CHECK(response.status >= 200 || response.status == 101, std::to_string(response.status));
    NEST_CHECK(response.version == 20 && !response.header_block.empty(), response.header_block);
  } else if (failure == FailureKind::kCancelled) {
    NEST_CHECK(script.cancels || script.keeps_open || kind == 'U', "never ends");
  } else if (failure == FailureKind::kReadTimeout || failure == FailureKind::kSendTimeout) {
    NEST_CHECK(script.times_out, "a time-out that nobody set");
  }
}

int run(fuzz::Input input) {
  const Script script = read_script(input);
  Server server(script);
  Network network;
  network.http_version = 20;
  fuzz::Client client([&server] { return server.attend(); }, network);
  std::vector<std::unique_ptr<Exchange>> exchanges;
  std::vector<std::string> bodies(script.requests.size());
  for (const char kind : script.requests) client.start(*exchanges.emplace_back(make_exchange(kind, script)));
  client.settle();
  const auto read = [&] {
    for (size_t i = 0; i < exchanges.size(); ++i)
      if (script.requests[i] == 'S' && exchanges[i]->streaming->header_complete)
        bodies[i] += client.read(*exchanges[i]);
    client.settle();
  };
  const auto upload = [&](std::string_view piece) {
    for (size_t i = 0; i < exchanges.size(); ++i)
      if (script.requests[i] == 'U') client.upload(*exchanges[i], piece);
  };
  size_t sent = 0;
  for (const std::string& piece : script.pieces) {
    if (!server.send(piece)) break;
    sent += piece.size();
    upload("twenty-five bytes of body");
    client.settle();
    if (!script.reads_late) read();
    if (script.cancels) client.cancel(*exchanges.front());
  }
  if (script.upload_ends) {
    for (int i = 0; i < 4; ++i) upload("twenty-five bytes of body");
    for (size_t i = 0; i < exchanges.size(); ++i)
      if (script.requests[i] == 'U') client.end_upload(*exchanges[i]);
  }
  client.settle();
  if (!script.keeps_open) server.close();
  client.settle();
  read();
  client.wait();
  for (const auto& exchange : exchanges) client.cancel(*exchange);
  read();
  for (size_t i = 0; i < exchanges.size(); ++i) {
    if (script.requests[i] != 'S') bodies[i] = exchanges[i]->response.body;
    check_result(script, script.requests[i], *exchanges[i], bodies[i], sent);
  }

  server.close();
  client.settle();
  const auto last = make_exchange('G', script);
  client.start(*last);
  client.settle();
  client.wait();
  NEST_CHECK(client.is_done(*last), "the next request does not end");
  NEST_CHECK(last->failure.kind == FailureKind::kNone, last->failure.message);
  NEST_CHECK(last->response.status == 200 && last->response.body == "ok", last->response.header_block);
  return 0;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { return run({data, size}); }
