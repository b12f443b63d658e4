// A server is ready when the first line of its answer has a status of 200 to 299, in whatever pieces it
// comes.
#include "process/probe.h"

#include <sys/socket.h>

#include <string>

#include "base/file_descriptor.h"
#include "input.h"
#include "network.h"

namespace {

using namespace nest;
using process::Probe;

// Whether the probe finds it ready; `step` bytes at a time.
bool finds_ready(std::string_view answer, size_t step, std::string& failure) {
  const FileDescriptor epoll = make_epoll();
  const auto now = [] { return std::chrono::steady_clock::now(); };
  process::SocketAddress address;
  address.storage.ss_family = AF_INET;
  Probe probe({"127.0.0.1", "80", "/"}, {address}, epoll.get());
  NEST_CHECK(!probe.advance(now()), "ready before the answer");
  const FileDescriptor server = fuzz::take_connection();
  bool ready = false;
  for (; !answer.empty() && !ready; answer.remove_prefix(std::min(step, answer.size()))) {
    const std::string_view piece = answer.substr(0, step);
    if (::send(server.get(), piece.data(), piece.size(), MSG_NOSIGNAL) < 0) break;
    ready = probe.advance(now());
  }
  ::shutdown(server.get(), SHUT_WR);
  ready = ready || probe.advance(now());
  failure = probe.last_failure();
  return ready;
}

int run(fuzz::Input input) {
  const size_t step = size_t{input.byte()} + 1;
  const std::string_view answer = input.rest().substr(0, 1000);
  std::string why;
  std::string why_by_pieces;
  const bool ready = finds_ready(answer, answer.size() + 1, why);
  NEST_CHECK(ready == finds_ready(answer, step, why_by_pieces), "cut after each " + std::to_string(step));
  NEST_CHECK(ready || why == why_by_pieces, why + ", " + why_by_pieces);
  const std::string_view line = answer.substr(0, answer.find('\n'));
  NEST_CHECK(!ready || (line.starts_with("HTTP/") && line.find(" 2") != std::string_view::npos),
             std::string(line));
  NEST_CHECK(ready || !line.starts_with("HTTP/1.1 200 "), std::string(line));
  return 0;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { return run({data, size}); }
