#include "http/resolver.h"

#include <optional>
#include <utility>

namespace nest::http {

const Resolver::Answer* Resolver::known(const std::string& name, Duration time_to_live, SteadyTime now) {
  const auto found = known_.find(name);
  if (found != known_.end() && found->second.is_fresh(time_to_live, now)) return &found->second.answer;
  if (time_to_live == Duration::zero()) return nullptr;
  std::optional<LookUps::Known> shared = look_ups_->known(name, time_to_live, now);
  if (!shared) return nullptr;
  if (known_.size() >= LookUps::kMostNames) known_.clear();
  return &known_.insert_or_assign(name, *std::move(shared)).first->second.answer;
}

void Resolver::look_up(const std::string& name, void* asker, Duration time_to_live) {
  const bool alone = time_to_live == Duration::zero();
  if (!alone) {
    const auto [found, is_new] = joinable_.try_emplace(name, last_id_ + 1);
    asked_.insert_or_assign(asker, found->second);
    if (!is_new) {
      pending_.at(found->second).askers.push_back(asker);
      return;
    }
  }
  const uint64_t id = ++last_id_;
  asked_.insert_or_assign(asker, id);
  pending_.emplace(id, Pending{alone ? std::string() : name, {asker}});
  look_ups_->ask(name, time_to_live, inbox_, id);
}

void Resolver::forget(void* asker) { asked_.erase(asker); }

void Resolver::deliver(const Done& done) {
  inbox_->ready.clear();
  for (LookUps::Inbox::Reply* next = inbox_->replies.take_all(); next != nullptr;) {
    const std::unique_ptr<LookUps::Inbox::Reply> reply(next);
    next = next->next_handoff;
    const Pending pending = std::move(pending_.extract(reply->id).mapped());
    if (!pending.joinable.empty()) joinable_.erase(pending.joinable);
    for (void* asker : pending.askers) {
      const auto found = asked_.find(asker);
      if (found == asked_.end() || found->second != reply->id) continue;  // forgotten meanwhile
      asked_.erase(found);
      done(asker, reply->known.answer);
    }
  }
}

}  // namespace nest::http
