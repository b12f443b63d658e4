// The look-ups of host names for all I/O threads: each name is asked for no more often than it has to be,
// whoever of them wants to know.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_descriptor.h"
#include "base/handoff_queue.h"

namespace nest::http {

// All functions: any thread; none waits for a look-up. They run on a few threads of their own, begun when
// there is need of them.
class LookUps {
 public:
  struct Answer {
    std::vector<std::string> addresses;  // numeric, in the order of getaddrinfo; none if that failed
    int error = 0;                       // one of EAI_..., negative; or, where that says EAI_SYSTEM, an errno
    std::string reason;                  // the system's words for that
  };
  // Called on those threads, several at a time.
  using Lookup = std::function<Answer(const std::string& name)>;

  struct Known {
    Answer answer;
    SteadyTime since;
    // Whether it is no older than that.
    bool is_fresh(Duration time_to_live, SteadyTime now) const;
  };

  // Where answers arrive.
  struct Inbox {
    struct Reply {
      uint64_t id = 0;
      Known known;
      Reply* next_handoff = nullptr;
    };
    ~Inbox();
    const WakeFd ready;  // readable when an answer has come
    HandoffQueue<Reply> replies;
  };

  static constexpr size_t kThreads = 8;
  // A failure is soon asked for again.
  static constexpr Duration kFailureTimeToLive = std::chrono::seconds(1);
  // Beyond so many names what is remembered of them is of little use.
  static constexpr size_t kMostNames = 4096;

  explicit LookUps(Lookup look_up);
  // A look-up under way ends whenever the system ends it, without being waited for.
  ~LookUps();
  LookUps(const LookUps&) = delete;
  LookUps& operator=(const LookUps&) = delete;

  std::optional<Known> known(const std::string& name, Duration time_to_live, SteadyTime now) const;
  // A reply with this id will come: what is known and no older than that, or the answer of a look-up under
  // way, or else of a new one. With no time to live it is a new one, of which nobody else learns.
  void ask(const std::string& name, Duration time_to_live, std::shared_ptr<Inbox> inbox, uint64_t id);

  // 0, 1, 2, ... for one name.
  size_t next_turn(const std::string& name);

  static Answer ask_system(const std::string& name);

 private:
  struct Job;
  struct State;
  std::shared_ptr<State> state_;  // also the threads', which may outlive us
};

}  // namespace nest::http
