// What comes out of a pipe is what went in, and no more is kept than it says.
#include "http/body_pipe.h"

#include <string>

#include "input.h"

namespace {

using nest::http::BodyPipe;

// One byte is one step: write or read so much, or end.
int run(nest::fuzz::Input input) {
  BodyPipe pipe;
  std::string model;
  size_t pieces = 0;
  char next = 'a';
  bool ended = false;
  while (!input.empty()) {
    const std::uint8_t step = input.byte();
    const size_t size = size_t{1} << (step % 17);
    if (step < 120 && !ended) {
      const size_t wanted = size + input.byte() % 16 - 1;
      NEST_CHECK(!model.empty() || pipe.has_room(wanted), "an empty pipe has room");
      if (pipe.has_room(wanted)) {
        NEST_CHECK(model.empty() || model.size() + wanted <= BodyPipe::kCapacity,
                   std::to_string(model.size()));
        std::string piece(wanted, next);
        if (wanted > 0) piece.front() = static_cast<char>(++pieces);
        next = next == 'z' ? 'a' : static_cast<char>(next + 1);
        pipe.write(piece);
        model += piece;
      }
    } else if (step < 240) {
      const std::string_view front = pipe.front();
      NEST_CHECK(front == std::string_view(model).substr(0, front.size()), "other bytes");
      const size_t taken = std::min(size, front.size());
      pipe.consume(taken);
      model.erase(0, taken);
    } else if (step < 250) {
      pipe.end();
      ended = true;
    } else {
      pipe.clear();
      model.clear();
    }
    NEST_CHECK(pipe.front().empty() == model.empty(), "lost or invented");
    NEST_CHECK(pipe.at_end() == (ended && model.empty()), "the end");
    NEST_CHECK(!model.empty() || pipe.is_half_empty(), "empty is half empty");
  }
  return 0;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { return run({data, size}); }
