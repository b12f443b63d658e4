// An HTTP server that costs as little as a server can: it answers every request at once with the same small
// body, from memory.
//
// `instant-server THREADS` prints its port, listens on 127.0.0.1 and runs until it is killed; its threads
// take connections in turn. `GET /status` tells how many requests were answered, itself included. Requests
// without a body, one at a time on a connection.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

namespace {

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

std::string response_of(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

// One thread with its connections.
class Worker {
 public:
  explicit Worker(const std::vector<Worker*>& all) : all_(all) {}

  void take(int fd) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events{};
    while (true) {
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      if (count < 0 && errno != EINTR) fail("epoll_wait");
      for (int i = 0; i < count; ++i) serve(events[static_cast<std::size_t>(i)].data.fd);
    }
  }

 private:
  void serve(int fd) {
    std::array<char, 16384> data;
    const ssize_t got = ::recv(fd, data.data(), data.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      begun_.erase(fd);
      ::close(fd);
      return;
    }
    std::string_view request(data.data(), static_cast<std::size_t>(got));
    const auto begun = begun_.find(fd);
    if (begun != begun_.end()) request = begun->second.append(request);
    if (!request.ends_with("\r\n\r\n")) {
      if (begun == begun_.end()) begun_.emplace(fd, request);
      return;
    }
    answered_.store(answered_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (request.starts_with("GET /status ")) {
      std::uint64_t sum = 0;
      for (const Worker* worker : all_) sum += worker->answered_.load(std::memory_order_relaxed);
      send(fd, response_of(std::to_string(sum)));
    } else {
      send(fd, kAnswer);
    }
    begun_.erase(fd);
  }

  static void send(int fd, std::string_view response) {
    while (!response.empty()) {
      const ssize_t sent = ::send(fd, response.data(), response.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // whoever asked has gone, which serve() is told too
      response.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  inline static const std::string kAnswer = response_of("Hello, this is a small body.\n");

  const std::vector<Worker*>& all_;
  const int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  std::unordered_map<int, std::string> begun_;  // requests that have not come whole
  alignas(64) std::atomic<std::uint64_t> answered_{0};
};

}  // namespace

int main(int argc, char** argv) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
  if (threads < 1 || threads > 64) {
    std::fprintf(stderr, "usage: instant-server [THREADS]\n");
    return 2;
  }
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, generic, size) != 0 || ::listen(listener, 4096) != 0) fail("listen");
  ::getsockname(listener, generic, &size);

  static std::vector<Worker*> workers;  // as long as the threads
  for (int i = 0; i < threads; ++i) workers.push_back(new Worker(workers));
  for (Worker* worker : workers) std::thread([worker] { worker->run(); }).detach();
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  for (std::size_t next = 0;; next = (next + 1) % workers.size()) {
    const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    workers[next]->take(fd);
  }
}
