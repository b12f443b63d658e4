#include "http/look_ups.h"

#include <netdb.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

namespace nest::http {

namespace {

void reply(LookUps::Inbox& inbox, uint64_t id, const LookUps::Known& known) {
  if (inbox.replies.push(new LookUps::Inbox::Reply{id, known})) inbox.ready.wake();
}

// What all names together may take is bounded, not what is kept of one.
template <class Map>
auto& entry_of(Map& map, const std::string& name) {
  if (map.size() >= LookUps::kMostNames && map.count(name) == 0) map.clear();
  return map[name];
}

}  // namespace

LookUps::Inbox::~Inbox() {
  for (Reply* reply = replies.take_all(); reply != nullptr;) delete std::exchange(reply, reply->next_handoff);
}

bool LookUps::Known::is_fresh(Duration time_to_live, SteadyTime now) const {
  const bool failed = answer.addresses.empty();
  return now - since < (failed ? std::min(time_to_live, kFailureTimeToLive) : time_to_live);
}

struct LookUps::Job {
  std::string name;
  bool alone = false;
  std::vector<std::pair<std::shared_ptr<Inbox>, uint64_t>> askers;
};

struct LookUps::State {
  explicit State(Lookup function) : look_up(std::move(function)) {}

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      ++idle;
      work_ready.wait(lock, [this] { return stopping || !waiting.empty(); });
      --idle;
      if (stopping) return;
      const std::shared_ptr<Job> job = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      Known found{look_up(job->name), {}};
      found.since = std::chrono::steady_clock::now();
      lock.lock();
      if (!job->alone) {
        joinable.erase(job->name);
        entry_of(known, job->name) = found;
      }
      for (const auto& [inbox, id] : job->askers) reply(*inbox, id, found);
    }
  }

  const Lookup look_up;

  std::mutex mutex;  // of what follows; held for no longer than a push takes
  std::condition_variable work_ready;
  std::deque<std::shared_ptr<Job>> waiting;
  std::unordered_map<std::string, std::shared_ptr<Job>> joinable;
  std::unordered_map<std::string, Known> known;
  std::unordered_map<std::string, size_t> turns;
  size_t threads = 0;
  size_t idle = 0;
  bool stopping = false;
};

LookUps::LookUps(Lookup look_up) : state_(std::make_shared<State>(std::move(look_up))) {}

LookUps::~LookUps() {
  const std::lock_guard lock(state_->mutex);
  state_->stopping = true;
  state_->work_ready.notify_all();
}

std::optional<LookUps::Known> LookUps::known(const std::string& name, Duration time_to_live,
                                             SteadyTime now) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->known.find(name);
  if (found == state_->known.end() || !found->second.is_fresh(time_to_live, now)) return std::nullopt;
  return found->second;
}

void LookUps::ask(const std::string& name, Duration time_to_live, std::shared_ptr<Inbox> inbox, uint64_t id) {
  const bool alone = time_to_live == Duration::zero();
  const std::lock_guard lock(state_->mutex);
  if (!alone) {
    const auto known = state_->known.find(name);
    if (known != state_->known.end() &&
        known->second.is_fresh(time_to_live, std::chrono::steady_clock::now()))
      return reply(*inbox, id, known->second);
    const auto under_way = state_->joinable.find(name);
    if (under_way != state_->joinable.end()) {
      under_way->second->askers.emplace_back(std::move(inbox), id);
      return;
    }
  }
  auto job = std::make_shared<Job>(Job{name, alone, {}});
  job->askers.emplace_back(std::move(inbox), id);
  if (!alone) state_->joinable.emplace(name, job);
  state_->waiting.push_back(std::move(job));
  if (state_->idle < state_->waiting.size() && state_->threads < kThreads) {
    ++state_->threads;
    // Detached, since nothing can make getaddrinfo return early.
    std::thread([state = state_] {
      ::pthread_setname_np(::pthread_self(), "nest-dns");
      state->work();
    }).detach();
  }
  state_->work_ready.notify_one();
}

size_t LookUps::next_turn(const std::string& name) {
  const std::lock_guard lock(state_->mutex);
  return entry_of(state_->turns, name)++;
}

LookUps::Answer LookUps::ask_system(const std::string& name) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(name.c_str(), nullptr, &hints, &found);
  if (error == EAI_SYSTEM) {
    const int os_error = errno;
    return {{}, os_error, std::strerror(os_error)};
  }
  if (error != 0) return {{}, error, ::gai_strerror(error)};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
  Answer answer;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(each->ai_addr, each->ai_addrlen, text.data(), text.size(), nullptr, 0,
                      NI_NUMERICHOST) == 0)
      answer.addresses.emplace_back(text.data());
  }
  return answer;
}

}  // namespace nest::http
