#include "http/body_pipe.h"

#include <memory>
#include <string>

#include "base/errors.h"

namespace nest::http {

struct BodyPipe::Piece {
  explicit Piece(std::string_view content) : data(content) {}
  size_t cost() const { return sizeof(Piece) + data.size(); }

  std::string data;
  size_t consumed = 0;
  Piece* next_handoff = nullptr;
};

BodyPipe::~BodyPipe() { clear(); }

bool BodyPipe::has_room(size_t size) const {
  const size_t buffered = buffered_.load();
  return buffered == 0 || buffered + sizeof(Piece) + size <= kCapacity;
}

void BodyPipe::write(std::string_view piece) {
  if (piece.empty()) return;
  auto written = std::make_unique<Piece>(piece);
  buffered_.fetch_add(written->cost());
  written_.push(written.release());
}

std::string_view BodyPipe::front() {
  if (oldest_ == nullptr) oldest_ = written_.take_all();
  if (oldest_ == nullptr) return {};
  return std::string_view(oldest_->data).substr(oldest_->consumed);
}

void BodyPipe::consume(size_t size) {
  NEST_CHECK(size <= front().size(), "more consumed than there is");
  if (oldest_ == nullptr) return;
  oldest_->consumed += size;
  if (oldest_->consumed < oldest_->data.size()) return;
  const std::unique_ptr<Piece> read(oldest_);
  oldest_ = read->next_handoff;
  buffered_.fetch_sub(read->cost());
}

bool BodyPipe::at_end() {
  const bool ended = ended_.load();  // before looking: what was written last may come between
  return ended && front().empty();
}

void BodyPipe::clear() {
  while (!front().empty()) consume(front().size());
}

}  // namespace nest::http
