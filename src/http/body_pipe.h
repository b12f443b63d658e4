// A body on its way between two threads, piece by piece, with a bound on what is buffered.
#pragma once

#include <atomic>
#include <cstddef>
#include <string_view>

#include "base/handoff_queue.h"

namespace nest::http {

// One thread writes, one reads; neither ever blocks or takes a lock. Who finds no room or no data is told so
// by whoever owns the pipe: see Streaming.
class BodyPipe {
 public:
  // Of the pieces that are buffered, with what keeping them costs.
  static constexpr size_t kCapacity = size_t{256} * 1024;

  BodyPipe() = default;
  ~BodyPipe();
  BodyPipe(const BodyPipe&) = delete;
  BodyPipe& operator=(const BodyPipe&) = delete;

  // The writing thread. An empty pipe has room for a piece of any size.
  bool has_room(size_t size) const;
  void write(std::string_view piece);
  // Nothing more is written.
  void end() { ended_.store(true); }

  // The reading thread. The unread rest of the oldest piece, valid until consume(); empty if there is none
  // now.
  std::string_view front();
  // REQUIRES size <= front().size()
  void consume(size_t size);
  // Whether front() is empty for good.
  bool at_end();
  // Drops what is buffered.
  void clear();

  // Any thread: whether a writer that found no room should write again.
  bool is_half_empty() const { return buffered_.load() <= kCapacity / 2; }

 private:
  struct Piece;

  std::atomic<size_t> buffered_{0};
  std::atomic<bool> ended_{false};
  HandoffQueue<Piece> written_;
  Piece* oldest_ = nullptr;  // the reader's, with what follows
};

}  // namespace nest::http
