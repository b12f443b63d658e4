// Addresses of host names for one I/O thread, which never waits for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "http/look_ups.h"

namespace nest::http {

// The I/O thread's.
class Resolver {
 public:
  using Answer = LookUps::Answer;
  using Done = std::function<void(void* asker, const Answer& answer)>;

  // `look_ups`: of all I/O threads.
  explicit Resolver(std::shared_ptr<LookUps> look_ups) : look_ups_(std::move(look_ups)) {}
  // Nobody is told any more.
  ~Resolver() = default;
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // What is known of the name and no older than that; null if nothing is. Valid until the next call.
  const Answer* known(const std::string& name, Duration time_to_live, SteadyTime now);

  // deliver() will tell `asker`, who joins a look-up of the name that is under way, unless it is to have no
  // time to live.
  void look_up(const std::string& name, void* asker, Duration time_to_live);
  // It is not to be told any more.
  void forget(void* asker);

  // 0, 1, 2, ... for one name, whichever thread asks.
  size_t next_turn(const std::string& name) { return look_ups_->next_turn(name); }

  // Readable when a look-up has ended.
  int fd() const { return inbox_->ready.fd(); }
  // Tells whoever asked, in that order. `done` may call back.
  void deliver(const Done& done);

 private:
  struct Pending {
    std::string joinable;  // the name, unless it is looked up for one asker alone
    std::vector<void*> askers;
  };

  const std::shared_ptr<LookUps> look_ups_;
  const std::shared_ptr<LookUps::Inbox> inbox_ = std::make_shared<LookUps::Inbox>();
  std::unordered_map<std::string, LookUps::Known> known_;  // a part of theirs, to be read without a lock
  std::unordered_map<uint64_t, Pending> pending_;
  std::unordered_map<std::string, uint64_t> joinable_;
  std::unordered_map<void*, uint64_t> asked_;  // for what each asker waits
  uint64_t last_id_ = 0;
};

}  // namespace nest::http
