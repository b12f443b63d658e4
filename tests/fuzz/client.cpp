#include "client.h"

#include <sys/epoll.h>

#include <array>
#include <utility>

#include "base/errors.h"
#include "base/file_descriptor.h"
#include "http/direct_transport.h"
#include "network.h"

namespace nest::fuzz {

using namespace nest::http;

namespace {

std::function<void(Exchange*)>& on_complete() {
  static std::function<void(Exchange*)> current;
  return current;
}

const FileDescriptor& epoll() {
  static const FileDescriptor made = make_epoll();
  return made;
}

Transport& transport() {
  static const std::unique_ptr<Transport> made =
      make_direct_transport(epoll(), {[](Exchange* exchange) { on_complete()(exchange); }, [](Exchange*) {}});
  return *made;
}

}  // namespace

void check_times(const Timings& times) {
  NEST_CHECK(times.completed >= times.started, "ended before it began");
  if (times.sending != SteadyTime{}) NEST_CHECK(times.sending >= times.started, "sent before it began");
  if (times.first_byte != SteadyTime{})
    NEST_CHECK(times.first_byte >= std::max(times.started, times.sending), "answered before it was sent");
}

Client::Client(std::function<bool()> attend, Network network)
    : attend_(std::move(attend)), pool_(std::make_shared<ConnectionPool>(std::move(network))) {
  on_complete() = [this](Exchange* exchange) { complete(exchange); };
}

Client::~Client() {
  NEST_CHECK(under_way_.empty(), "a request that nobody owns");
  if (pool_->state) transport().release(std::move(pool_->state));
}

void Client::start(Exchange& exchange) {
  exchange.pool = pool_;
  exchange.timings.started = now();
  under_way_.insert(&exchange);
  starting_ = true;
  transport().start(&exchange);
  starting_ = false;
}

bool Client::is_done(const Exchange& exchange) const { return under_way_.count(&exchange) == 0; }

void Client::cancel(Exchange& exchange) {
  if (is_done(exchange)) return;
  transport().cancel(&exchange);
  NEST_CHECK(is_done(exchange), "cancelling ends");
}

void Client::upload(Exchange& exchange, std::string_view piece) {
  if (is_done(exchange) || !exchange.streaming->request_body.has_room(piece.size())) return;
  exchange.streaming->request_body.write(piece);
  resume(exchange);
}

void Client::end_upload(Exchange& exchange) {
  if (is_done(exchange)) return;
  exchange.streaming->request_body.end();
  resume(exchange);
}

std::string Client::read(Exchange& exchange) {
  std::string body;
  BodyPipe& pipe = exchange.streaming->response_body;
  while (!pipe.front().empty()) {
    body += pipe.front();
    pipe.consume(pipe.front().size());
    if (pipe.is_half_empty() && !is_done(exchange)) resume(exchange);
  }
  return body;
}

void Client::settle() {
  std::array<epoll_event, 16> events{};
  for (int round = 0;; ++round) {
    NEST_CHECK(round < 100'000, "work without an end");
    const bool served = attend_();
    const int count = ::epoll_wait(epoll().get(), events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i)
      transport().on_ready(events[static_cast<size_t>(i)].data.fd, events[static_cast<size_t>(i)].events);
    const bool due = transport().next_deadline() <= now();
    if (due) transport().on_time(now());
    if (!served && count <= 0 && !due) return;
  }
}

void Client::wait() {
  const SteadyTime limit = now() + std::chrono::minutes(1);
  while (!under_way_.empty() && now() < limit && transport().next_deadline() < limit) {
    advance_clock(std::max(transport().next_deadline() - now(), Duration::zero()));
    settle();
  }
}

void Client::complete(Exchange* exchange) {
  NEST_CHECK(under_way_.erase(exchange) == 1, "completed twice");
  NEST_CHECK(!starting_, "completed inside start()");
  if (!exchange->streaming || !exchange->streaming->header_complete) exchange->timings.completed = now();
}

void Client::resume(Exchange& exchange) {
  if (exchange.streaming->transport_waits.exchange(false)) transport().resume(&exchange);
}

}  // namespace nest::fuzz
