// Whatever a server sends, in whatever pieces: the request comes back once, what it says was sent, and the
// next request on the same connections works.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>
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
using fuzz::now;

constexpr size_t kMaxSent = 20'000;
constexpr size_t kMaxPieces = 30;
constexpr size_t kMaxHeaderBlock = 1 << 20;
constexpr std::string_view kGoodAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// The first line of a case: letters say what is asked for and how the server behaves, numbers how many bytes
// it sends at a time ("12*3": three times the next 12). The rest of the case is what it sends.
struct Script {
  bool head = false;           // H
  bool post = false;           // P
  bool chunks = false;         // C: the request announces chunks
  bool expects = false;        // E: Expect: 100-continue
  bool uploads = false;        // U: the body is made while it is sent
  bool upload_ends = true;     // u: and never ends
  bool streams = false;        // S: the response is read while it comes
  bool reads_late = false;     // L: when nothing more comes
  bool times_out = false;      // T: after a second of silence
  bool proxy = false;          // p
  bool tunnel = false;         // t: CONNECT
  bool keeps_open = false;     // K: the server does not close
  bool ignores = false;        // I: nor reads the request (closing is then a reset)
  bool cancels_early = false;  // X: after the first piece
  bool cancels = false;        // Y: after the last piece
  std::vector<std::string> pieces;
};

Script read_script(fuzz::Input input) {
  Script script;
  std::string_view line = input.line();
  size_t sent = 0;
  const auto number = [&line] {
    size_t value = 0;
    const auto [end, error] =
        std::from_chars(line.data(), line.data() + std::min<size_t>(line.size(), 5), value);
    line.remove_prefix(static_cast<size_t>(end - line.data()));
    return value;
  };
  while (!line.empty() && script.pieces.size() < kMaxPieces) {
    const char letter = line.front();
    if (letter >= '0' && letter <= '9') {
      const std::string_view part = input.bytes(number());
      size_t times = 1;
      if (line.starts_with('*')) {
        line.remove_prefix(1);
        times = number();
      }
      std::string& piece = script.pieces.emplace_back();
      for (size_t i = 0; i < times && sent < kMaxSent; ++i, sent += part.size()) piece += part;
      continue;
    }
    line.remove_prefix(1);
    script.head |= letter == 'H';
    script.post |= letter == 'P';
    script.chunks |= letter == 'C';
    script.expects |= letter == 'E';
    script.uploads |= letter == 'U';
    script.upload_ends &= letter != 'u';
    script.streams |= letter == 'S';
    script.reads_late |= letter == 'L';
    script.times_out |= letter == 'T';
    script.proxy |= letter == 'p';
    script.tunnel |= letter == 't';
    script.keeps_open |= letter == 'K';
    script.ignores |= letter == 'I';
    script.cancels_early |= letter == 'X';
    script.cancels |= letter == 'Y';
  }
  if (!input.empty()) script.pieces.emplace_back(input.rest().substr(0, kMaxSent));
  return script;
}

std::unique_ptr<Exchange> make_exchange(const Script& script) {
  auto exchange = std::make_unique<Exchange>();
  Request& request = exchange->request;
  request.url = script.tunnel ? "https://127.0.0.1/" : "http://127.0.0.1/";
  request.has_body = script.post || script.uploads;
  request.method = script.head ? "HEAD" : request.has_body ? "POST" : "GET";
  if (script.post) request.body = "a body";
  if (script.chunks) request.headers.set("Transfer-Encoding", "chunked");
  if (script.expects) request.headers.set("Expect", "100-continue");
  request.connect_timeout = std::chrono::seconds(2);
  if (script.times_out) request.read_timeout = std::chrono::seconds(1);
  if (script.proxy || script.tunnel) {
    auto settings = std::make_shared<ConnectionSettings>();
    settings->proxy = "http://127.0.0.1:3128";
    settings->verify = false;
    request.settings = settings;
  }
  if (script.streams || script.uploads) {
    exchange->streaming = std::make_unique<Streaming>();
    exchange->streaming->reads_body = script.streams;
    exchange->streaming->sends_body = script.uploads;
    exchange->streaming->python_waits_since = now();
    if (script.uploads && !script.chunks) exchange->streaming->body_length = 100;
    exchange->streaming->exchange = exchange.get();
  }
  return exchange;
}

// The other side of all connections: the first follows the script, whatever is asked later is answered well.
class Server {
 public:
  explicit Server(bool ignores) : ignores_(ignores) {}

  // Takes connections and requests; whether there were any.
  bool attend() {
    bool active = false;
    for (FileDescriptor fd = fuzz::take_connection(); fd.get() >= 0; fd = fuzz::take_connection()) {
      ends_.push_back({std::move(fd), {}, ends_.empty()});
      active = true;
    }
    for (End& end : ends_) active |= attend(end);
    return active;
  }

  // On the scripted connection; how much was taken.
  size_t send(std::string_view data) {
    if (ends_.empty() || ends_.front().fd.get() < 0) return data.size();
    const ssize_t sent = ::send(ends_.front().fd.get(), data.data(), data.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return data.size();
    return sent < 0 ? 0 : static_cast<size_t>(sent);
  }

  void close() {
    if (!ends_.empty()) ends_.front().fd = FileDescriptor();
  }

  // From now on also the scripted connection gives good answers.
  void behave() {
    ignores_ = false;
    if (ends_.empty()) return;
    attend(ends_.front());
    ends_.front().scripted = false;
    ends_.front().received.clear();
  }

  // Whether the client has closed every connection.
  bool all_closed() {
    for (const End& end : ends_) {
      char data[4096];
      ssize_t got = 0;
      while (end.fd.get() >= 0 && (got = ::recv(end.fd.get(), data, sizeof data, 0)) > 0) {
      }
      if (got < 0 && errno == EAGAIN) return false;
    }
    return true;
  }

 private:
  struct End {
    FileDescriptor fd;
    std::string received;
    bool scripted;
  };

  bool attend(End& end) {
    if (end.fd.get() < 0 || (end.scripted && ignores_)) return false;
    char data[4096];
    const ssize_t got = ::recv(end.fd.get(), data, sizeof data, 0);
    if (got == 0) end.fd = FileDescriptor();
    if (got <= 0) return false;
    if (end.scripted) return true;
    end.received.append(data, static_cast<size_t>(got));
    if (end.received.ends_with("\r\n\r\n")) {
      end.received.clear();
      ::send(end.fd.get(), kGoodAnswer.data(), kGoodAnswer.size(), MSG_NOSIGNAL);
    }
    return true;
  }

  bool ignores_;
  std::vector<End> ends_;
};

// The value of the only header line of this name; nothing if there are several or none. Of lines with a blank
// before the colon libcurl knows nothing.
std::optional<std::string_view> only(const Response& response, std::string_view name) {
  std::optional<std::string_view> found;
  int count = 0;
  for (const auto& [key, value] : response.headers()) {
    if (!same_name(key, name) || key.data()[key.size()] != ':') continue;
    found = value;
    ++count;
  }
  return count == 1 ? found : std::nullopt;
}

bool has(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers()) {
    if (same_name(key, name)) return true;
  }
  return false;
}

void check_result(const Script& script, const Exchange& exchange, const std::string& body, size_t sent) {
  const Response& response = exchange.response;
  const FailureKind failure = exchange.failure.kind;
  fuzz::check_times(exchange.timings);
  std::string begin;
  for (const std::string& piece : script.pieces) begin += piece.substr(0, 5);
  const bool is_http = same_name(std::string_view(begin).substr(0, 5), "HTTP/");
  NEST_CHECK(response.status == 0 || is_http, std::to_string(response.status) + " of " + begin);
  NEST_CHECK(response.status == 0 || (response.status >= 100 && response.status <= 999),
             std::to_string(response.status));
  NEST_CHECK(response.header_block.size() <= kMaxHeaderBlock, std::to_string(response.header_block.size()));
  NEST_CHECK(response.header_block.size() <= sent, "more header than was sent");
  const bool encoded = has(response, "Content-Encoding");
  NEST_CHECK(encoded || body.size() <= sent, std::to_string(body.size()));
  NEST_CHECK(failure != FailureKind::kOther, exchange.failure.message);
  // Who sends a body in pieces learns with the next one that nobody wants it.
  const bool waits_for_us = script.uploads && !script.upload_ends;
  if (failure == FailureKind::kNone) {
    NEST_CHECK(response.status >= 100 && !response.header_block.empty(), "success without a status");
    NEST_CHECK(response.status == 101 || response.status >= 200, std::to_string(response.status));
    const auto length = only(response, "Content-Length");
    size_t announced = 0;
    if (length && !encoded && !has(response, "Transfer-Encoding") && !script.head && response.status >= 200 &&
        response.status != 204 && response.status != 304 && length->size() < 9 &&
        std::from_chars(length->data(), length->data() + length->size(), announced).ptr ==
            length->data() + length->size()) {
      NEST_CHECK(body.size() == announced, std::to_string(body.size()) + " of " + std::string(*length));
    }
    if (script.head) NEST_CHECK(body.empty(), "an answer to HEAD has no body");
  } else if (failure == FailureKind::kCancelled) {
    NEST_CHECK(script.cancels || script.cancels_early || script.keeps_open || waits_for_us, "never ends");
  } else if (failure == FailureKind::kReadTimeout) {
    NEST_CHECK(script.times_out && (script.keeps_open || waits_for_us), "a time-out that nobody set");
  }
  NEST_CHECK(!response.has_set_cookie || has(response, "Set-Cookie"), "Set-Cookie");
}

// What came of the scripted request.
struct Outcome {
  FailureKind failure = FailureKind::kNone;
  int status = 0;
  std::string body;
};

Outcome run(const Script& script, bool goes_direct) {
  Outcome outcome;
  Server server(script.ignores);
  {
    Network network;
    network.goes_direct = goes_direct;
    fuzz::Client client([&server] { return server.attend(); }, network);
    const auto first = make_exchange(script);
    client.start(*first);
    client.settle();
    std::string body;
    std::optional<std::string> published;
    const auto read = [&] {
      if (!first->streaming || !first->streaming->header_complete) return;
      if (!published) published = first->response.header_block;
      NEST_CHECK(*published == first->response.header_block, "the header is the reader's");
      body += client.read(*first);
    };
    size_t sent = 0;
    int refused = 0;  // times in a row
    for (std::string_view piece : script.pieces) {
      while (!piece.empty() && refused < 2) {
        const size_t taken = server.send(piece);
        refused = taken > 0 ? 0 : refused + 1;
        sent += taken;
        piece.remove_prefix(taken);
        if (script.uploads) client.upload(*first, "twenty-five bytes of body");
        client.settle();
        if (script.reads_late && taken > 0) continue;
        read();
        client.settle();
      }
      if (script.cancels_early) client.cancel(*first);
    }
    if (script.uploads && script.upload_ends) client.end_upload(*first);
    client.settle();
    if (script.cancels) client.cancel(*first);
    if (!script.keeps_open) server.close();
    client.settle();
    read();
    client.settle();
    client.wait();
    client.cancel(*first);
    read();
    if (!first->streaming || !first->streaming->reads_body) body = first->response.body;
    check_result(script, *first, body, sent);
    outcome = {first->failure.kind, first->response.status, body};

    server.behave();
    Script good;
    good.proxy = script.proxy;
    const auto second = make_exchange(good);
    client.start(*second);
    client.settle();
    client.wait();
    NEST_CHECK(client.is_done(*second), "the next request does not end");
    NEST_CHECK(second->failure.kind == FailureKind::kNone, second->failure.message);
    NEST_CHECK(second->response.status == 200 && second->response.body == "ok",
               second->response.header_block);
  }
  NEST_CHECK(server.all_closed(), "a connection that nobody owns");
  return outcome;
}

int run(fuzz::Input input) {
  const Script script = read_script(input);
  const Outcome direct = run(script, true);
  const Outcome by_curl = run(script, false);
  if (direct.failure != FailureKind::kNone || by_curl.failure != FailureKind::kNone) return 0;
  NEST_CHECK(direct.status == by_curl.status,
             std::to_string(direct.status) + ", " + std::to_string(by_curl.status));
  return 0;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { return run({data, size}); }
