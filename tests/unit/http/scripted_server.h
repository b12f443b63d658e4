// A server on the loopback interface whose behaviour a test writes as a function of the connection.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace nest::http::testing {

// One accepted connection, on a thread of its own.
class Connection {
 public:
  Connection(int fd, const std::atomic<bool>& stopping) : fd_(fd), stopping_(stopping) {}
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The other side's address.
  std::string peer() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getpeername(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    char text[INET_ADDRSTRLEN];
    return ::inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
  }

  // The next request up to the end of its body (by Content-Length); empty when the client has closed.
  std::string read_request() {
    while (true) {
      const auto end = buffer_.find("\r\n\r\n");
      if (end != std::string::npos) {
        const size_t length = end + 4 + content_length(std::string_view(buffer_).substr(0, end));
        if (buffer_.size() >= length) {
          std::string request = buffer_.substr(0, length);
          buffer_.erase(0, length);
          return request;
        }
      }
      if (!receive()) return {};
    }
  }

  void send(std::string_view data) {
    while (!data.empty()) {
      const ssize_t sent = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      data.remove_prefix(static_cast<size_t>(sent));
    }
  }

  // What has come up to and including `end`; empty when the client has closed before.
  std::string read_through(std::string_view end) {
    while (true) {
      const auto found = buffer_.find(end);
      if (found != std::string::npos) {
        std::string read = buffer_.substr(0, found + end.size());
        buffer_.erase(0, read.size());
        return read;
      }
      if (!receive()) return {};
    }
  }

  // Reads so many bytes, or up to the client's end; how many there were.
  size_t skip(size_t size) {
    size_t total = 0;
    do {
      const size_t skipped = std::min(buffer_.size(), size - total);
      buffer_.erase(0, skipped);
      total += skipped;
    } while (total < size && receive());
    return total;
  }

  // How much of `size` bytes of 'x' the client's side takes while it does not read on.
  size_t send_until_refused(size_t size) {
    const std::string data(64 * 1024, 'x');
    size_t total = 0;
    while (total < size && !stopping_) {
      const ssize_t sent =
          ::send(fd_, data.data(), std::min(data.size(), size - total), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) {
        total += static_cast<size_t>(sent);
        continue;
      }
      pollfd poller{fd_, POLLOUT, 0};
      if (errno != EAGAIN || ::poll(&poller, 1, 300) <= 0) break;
    }
    return total;
  }

  // Ends the connection with a TCP reset.
  void reset() {
    const linger abort{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    close();
  }

  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  // Says nothing more until the client goes or the server stops.
  void hang() {
    while (receive()) {
    }
  }

 private:
  static size_t content_length(std::string_view header) {
    const std::string_view name = "Content-Length: ";
    const auto found = header.find(name);
    if (found == std::string_view::npos) return 0;
    return std::stoul(std::string(header.substr(found + name.size(), 10)));
  }

  bool receive() {
    while (!stopping_) {
      pollfd poller{fd_, POLLIN, 0};
      if (::poll(&poller, 1, 10) <= 0) continue;
      char data[65536];
      const ssize_t got = ::recv(fd_, data, sizeof data, 0);
      if (got <= 0) return false;
      buffer_.append(data, static_cast<size_t>(got));
      return true;
    }
    return false;
  }

  int fd_;
  const std::atomic<bool>& stopping_;
  std::string buffer_;
};

class ScriptedServer {
 public:
  using Script = std::function<void(Connection&)>;

  explicit ScriptedServer(Script script)
      : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 512) != 0) std::abort();
    ::getsockname(listener_, generic, &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }

  ~ScriptedServer() {
    stopping_ = true;
    acceptor_.join();
    for (std::thread& thread : connections_) thread.join();
    ::close(listener_);
  }

  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  int port() const { return port_; }
  int accepted() const { return accepted_; }

 private:
  void accept_all() {
    while (!stopping_) {
      pollfd poller{listener_, POLLIN, 0};
      if (::poll(&poller, 1, 10) <= 0) continue;
      const int fd = ::accept(listener_, nullptr, nullptr);
      if (fd < 0) continue;
      ++accepted_;
      connections_.emplace_back([this, fd] {
        Connection connection(fd, stopping_);
        script_(connection);
      });
    }
  }

  Script script_;
  int listener_;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> accepted_{0};
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

// Answers every request of a connection with `response`.
inline ScriptedServer::Script always(std::string response) {
  return [response = std::move(response)](Connection& connection) {
    while (!connection.read_request().empty()) connection.send(response);
  };
}

}  // namespace nest::http::testing
