#include "http/resolver.h"

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

#include "base/file_descriptor.h"
#include "base/handoff_queue.h"

namespace nest::http {

namespace {

// Beyond so many names the oldest answers are of little use.
constexpr size_t kMostKnown = 4096;

}  // namespace

struct Resolver::Job {
  uint64_t id = 0;
  std::string name;
  Answer answer;
  Job* next_handoff = nullptr;
};

struct Resolver::Shared {
  explicit Shared(Lookup function) : look_up(std::move(function)) {}
  ~Shared() {
    for (Job* job = done.take_all(); job != nullptr;) delete std::exchange(job, job->next_handoff);
  }

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      ++idle;
      work_ready.wait(lock, [this] { return stopping || !waiting.empty(); });
      --idle;
      if (stopping) return;
      std::unique_ptr<Job> job = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      job->answer = look_up(job->name);
      if (done.push(job.release())) ready.wake();
      lock.lock();
    }
  }

  const Lookup look_up;
  const WakeFd ready;
  HandoffQueue<Job> done;

  std::mutex mutex;  // of what follows; the I/O thread holds it for no longer than a push takes
  std::condition_variable work_ready;
  std::deque<std::unique_ptr<Job>> waiting;
  size_t threads = 0;
  size_t idle = 0;
  bool stopping = false;
};

Resolver::Resolver(Lookup look_up) : shared_(std::make_shared<Shared>(std::move(look_up))) {}

Resolver::~Resolver() {
  const std::lock_guard lock(shared_->mutex);
  shared_->stopping = true;
  shared_->work_ready.notify_all();
}

const Resolver::Answer* Resolver::known(const std::string& name, Duration time_to_live,
                                        SteadyTime now) const {
  const auto found = known_.find(name);
  if (found == known_.end()) return nullptr;
  const auto& [answer, since] = found->second;
  const bool failed = answer.addresses.empty();
  return now - since < (failed ? std::min(time_to_live, kFailureTimeToLive) : time_to_live) ? &answer
                                                                                            : nullptr;
}

void Resolver::look_up(const std::string& name, void* asker, bool alone) {
  if (!alone) {
    const auto [found, is_new] = joinable_.try_emplace(name, last_id_ + 1);
    asked_.insert_or_assign(asker, found->second);
    if (!is_new) {
      pending_.at(found->second).askers.push_back(asker);
      return;
    }
  }
  auto job = std::make_unique<Job>();
  job->id = ++last_id_;
  job->name = name;
  asked_.insert_or_assign(asker, job->id);
  pending_.emplace(job->id, Pending{alone, {asker}});
  const std::lock_guard lock(shared_->mutex);
  shared_->waiting.push_back(std::move(job));
  if (shared_->idle < shared_->waiting.size() && shared_->threads < kThreads) {
    ++shared_->threads;
    // Detached, since nothing can make getaddrinfo return early.
    std::thread([shared = shared_] {
      ::pthread_setname_np(::pthread_self(), "nest-dns");
      shared->work();
    }).detach();
  }
  shared_->work_ready.notify_one();
}

void Resolver::forget(void* asker) { asked_.erase(asker); }

int Resolver::fd() const { return shared_->ready.fd(); }

void Resolver::deliver(const Done& done) {
  shared_->ready.clear();
  for (Job* next = shared_->done.take_all(); next != nullptr;) {
    const std::unique_ptr<Job> job(next);
    next = next->next_handoff;
    const Pending pending = std::move(pending_.extract(job->id).mapped());
    if (!pending.alone) {
      joinable_.erase(job->name);
      if (known_.size() >= kMostKnown) known_.clear();
      known_.insert_or_assign(job->name, Known{job->answer, std::chrono::steady_clock::now()});
    }
    for (void* asker : pending.askers) {
      const auto found = asked_.find(asker);
      if (found == asked_.end() || found->second != job->id) continue;  // forgotten meanwhile
      asked_.erase(found);
      done(asker, job->answer);
    }
  }
}

Resolver::Answer Resolver::ask_system(const std::string& name) {
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
