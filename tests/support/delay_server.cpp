// An HTTP server whose delays are known: it answers `GET /N` N microseconds after the request has come, and
// keeps a log of how long it really took.
//
// The time begins when the kernel had the request's last byte (SO_TIMESTAMPNS), not when this process got
// round to it, and ends with the call that gives the response to the kernel. Prints its port, listens on
// 127.0.0.1, runs until it is killed. `GET /` answers at once and is not logged, `GET /log` tells the times
// in microseconds by N as JSON, `GET /reset` forgets them. One thread; requests without a body, one at a time
// on a connection.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace {

constexpr std::int64_t kNsPerS = 1'000'000'000;

std::int64_t to_ns(const timespec& time) { return time.tv_sec * kNsPerS + time.tv_nsec; }

// Of the clock that the kernel stamps packets with.
std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return to_ns(now);
}

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

struct Connection {
  std::uint64_t number;  // descriptors are used again
  std::string received;
};

struct Answer {
  std::int64_t due_ns;
  std::int64_t received_ns;
  std::int64_t delay_us;
  int fd;
  std::uint64_t connection;
  bool operator<(const Answer& other) const { return due_ns > other.due_ns; }  // the next one on top
};

class DelayServer {
 public:
  DelayServer() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 4096) != 0) fail("listen");
    ::getsockname(listener_, generic, &size);
    watch(listener_);
    std::printf("%d\n", ntohs(address.sin_port));
    std::fflush(stdout);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events{};
    while (true) {
      const int count = wait(events);
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == listener_) {
          accept();
        } else {
          receive(fd);
        }
      }
      while (!answers_.empty() && answers_.top().due_ns <= now_ns()) {
        give(answers_.top());
        answers_.pop();
      }
    }
  }

 private:
  int wait(std::array<epoll_event, 256>& events) const {
    timespec left{};
    if (!answers_.empty()) {
      const std::int64_t left_ns = std::max<std::int64_t>(answers_.top().due_ns - now_ns(), 0);
      left = {left_ns / kNsPerS, left_ns % kNsPerS};
    }
    const int count = ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()),
                                     answers_.empty() ? nullptr : &left, nullptr);
    if (count < 0 && errno != EINTR) fail("epoll_pwait2");
    return count;
  }

  void watch(int fd) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
  }

  void accept() {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0) fail("SO_TIMESTAMPNS");
    connections_[fd] = {++last_number_, {}};
    watch(fd);
  }

  void receive(int fd) {
    std::array<char, 16384> data{};
    std::array<char, 256> control{};
    iovec part{data.data(), data.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = ::recvmsg(fd, &message, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      connections_.erase(fd);
      ::close(fd);
      return;
    }
    Connection& connection = connections_[fd];
    connection.received.append(data.data(), static_cast<std::size_t>(got));
    if (!connection.received.ends_with("\r\n\r\n")) return;
    answer(fd, connection, stamp_of(message));
    connection.received.clear();
  }

  static std::int64_t stamp_of(msghdr& message) {
    for (cmsghdr* item = CMSG_FIRSTHDR(&message); item != nullptr; item = CMSG_NXTHDR(&message, item)) {
      if (item->cmsg_level != SOL_SOCKET || item->cmsg_type != SCM_TIMESTAMPNS) continue;
      timespec stamp{};
      std::memcpy(&stamp, CMSG_DATA(item), sizeof stamp);
      return to_ns(stamp);
    }
    return now_ns();
  }

  void answer(int fd, const Connection& connection, std::int64_t received_ns) {
    const std::string_view request = connection.received;
    const auto begin = request.find(' ') + 1;
    const std::string_view path = request.substr(begin, request.find(' ', begin) - begin);
    if (path == "/log") return send(fd, log());
    if (path == "/reset") times_us_.clear();
    std::int64_t delay_us = 0;
    const char* end = path.data() + path.size();
    if (path.size() < 2 || std::from_chars(path.data() + 1, end, delay_us).ptr != end)
      return send(fd, "ok\n");
    answers_.push({received_ns + delay_us * 1000, received_ns, delay_us, fd, connection.number});
  }

  void give(const Answer& answer) {
    const auto found = connections_.find(answer.fd);
    if (found == connections_.end() || found->second.number != answer.connection) return;
    times_us_[answer.delay_us].push_back((now_ns() - answer.received_ns) / 1000);
    send(answer.fd, "ok\n");
  }

  std::string log() const {
    std::string json = "{";
    for (const auto& [delay_us, times] : times_us_) {
      json += (json.size() > 1 ? ", \"" : "\"") + std::to_string(delay_us) + "\": [";
      for (const std::int64_t time : times) json += std::to_string(time) + ",";
      json.back() = ']';
    }
    return json + "}\n";
  }

  static void send(int fd, std::string_view body) {
    std::string response =
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
    for (std::string_view left = response; !left.empty();) {
      const ssize_t sent = ::send(fd, left.data(), left.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // whoever asked has gone, which receive() is told too
      left.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  int epoll_;
  int listener_;
  std::unordered_map<int, Connection> connections_;
  std::uint64_t last_number_ = 0;
  std::priority_queue<Answer> answers_;
  std::map<std::int64_t, std::vector<std::int64_t>> times_us_;
};

}  // namespace

int main() {
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);  // 50 us otherwise
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  DelayServer().run();
}
