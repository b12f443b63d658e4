// Hands items from any number of threads to one, without locks, in batches.
#pragma once

#include <atomic>

namespace nest {

// Intrusive: T has a member `T* next_handoff`, which belongs to the queue from push() until the item comes
// out of take_all(). The queue owns nothing. push(): any thread. take_all(): the one consuming thread.
template <class T>
class HandoffQueue {
 public:
  // True if the queue was empty before: the consumer may be asleep and must be woken.
  bool push(T* item) { return push_chain(item, item); }

  // Pushes the chain newest -> ... -> oldest, linked through next_handoff, at the cost of one exchange.
  bool push_chain(T* newest, T* oldest) {
    T* head = head_.load(std::memory_order_relaxed);
    do {
      oldest->next_handoff = head;
    } while (
        !head_.compare_exchange_weak(head, newest, std::memory_order_seq_cst, std::memory_order_relaxed));
    return head == nullptr;
  }

  // Any thread.
  bool is_empty() const { return head_.load() == nullptr; }

  // Everything pushed so far as a chain, oldest first; null when there is nothing.
  T* take_all() {
    if (head_.load(std::memory_order_relaxed) == nullptr)
      return nullptr;  // without writing to what others read
    T* newest_first = head_.exchange(nullptr, std::memory_order_acquire);
    T* oldest_first = nullptr;
    while (newest_first != nullptr) {
      T* next = newest_first->next_handoff;
      newest_first->next_handoff = oldest_first;
      oldest_first = newest_first;
      newest_first = next;
    }
    return oldest_first;
  }

 private:
  std::atomic<T*> head_{nullptr};
};

}  // namespace nest
