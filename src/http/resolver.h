// Looks host names up, off the I/O thread and each no more often than it has to be.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace nest::http {

// The I/O thread's; its look-ups run on a few threads of its own, begun when there is need of them.
class Resolver {
 public:
  struct Answer {
    std::vector<std::string> addresses;  // numeric, in the order of getaddrinfo; none if that failed
    int error = 0;                       // one of EAI_..., negative; or, where that says EAI_SYSTEM, an errno
    std::string reason;                  // the system's words for that
  };
  // Called on those threads, several at a time.
  using Lookup = std::function<Answer(const std::string& name)>;
  using Done = std::function<void(void* asker, const Answer& answer)>;

  static constexpr size_t kThreads = 8;
  // A failure is soon asked for again.
  static constexpr Duration kFailureTimeToLive = std::chrono::seconds(1);

  explicit Resolver(Lookup look_up);
  // Nobody is told any more. A look-up under way ends whenever the system ends it, without being waited for.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // What is known of the name and no older than that; null if nothing is. Valid until the next call.
  const Answer* known(const std::string& name, Duration time_to_live, SteadyTime now) const;

  // deliver() will tell `asker`, who joins a look-up of the name that is under way unless it is to be
  // `alone`.
  void look_up(const std::string& name, void* asker, bool alone);
  // It is not to be told any more.
  void forget(void* asker);

  // Readable when a look-up has ended.
  int fd() const;
  // Tells whoever asked, in that order, and remembers the answers unless they were asked for alone. `done`
  // may call back.
  void deliver(const Done& done);

  static Answer ask_system(const std::string& name);

 private:
  struct Job;
  struct Shared;
  struct Known {
    Answer answer;
    SteadyTime since;
  };
  struct Pending {
    bool alone = false;
    std::vector<void*> askers;
  };

  std::shared_ptr<Shared> shared_;  // also the threads', which may outlive us
  std::unordered_map<std::string, Known> known_;
  std::unordered_map<uint64_t, Pending> pending_;
  std::unordered_map<std::string, uint64_t> joinable_;
  std::unordered_map<void*, uint64_t> asked_;  // for what each asker waits
  uint64_t last_id_ = 0;
};

}  // namespace nest::http
