// Lines do not depend on how the bytes arrive, and nothing but line ends is lost.
#include "process/line_splitter.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "input.h"

namespace {

using nest::process::LineSplitter;
using Lines = std::vector<std::string>;

void move_to(Lines& lines, Lines more) {
  lines.insert(lines.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::string without(const std::string& text, std::string_view unwanted) {
  std::string kept;
  std::copy_if(text.begin(), text.end(), std::back_inserter(kept),
               [unwanted](char c) { return unwanted.find(c) == std::string_view::npos; });
  return kept;
}

// The first byte says how much filler brings the limit of a line within reach, the second how the text is
// cut.
int run(nest::fuzz::Input input) {
  const std::uint8_t filler = input.byte();
  const size_t step = size_t{input.byte()} + 1;
  const size_t begin = filler % 2 == 0 ? 0 : LineSplitter::kMaxLineBytes * (filler % 4 / 2 + 1) - filler / 4;
  const std::string text = std::string(begin, 'x').append(input.rest());

  Lines whole;
  LineSplitter at_once;
  move_to(whole, at_once.append(text));
  move_to(whole, at_once.finish());
  Lines pieces;
  LineSplitter by_pieces;
  move_to(pieces, by_pieces.append(std::string_view(text).substr(0, begin)));
  for (size_t i = begin; i < text.size(); i += step)
    move_to(pieces, by_pieces.append(std::string_view(text).substr(i, step)));
  move_to(pieces, by_pieces.finish());
  NEST_CHECK(whole == pieces, "cut after each " + std::to_string(step));

  std::string joined;
  for (const std::string& line : whole) {
    NEST_CHECK(line.size() <= LineSplitter::kMaxLineBytes, std::to_string(line.size()));
    NEST_CHECK(line.find('\n') == std::string::npos, line);
    joined += line;
  }
  NEST_CHECK(without(joined, "\r") == without(text, "\r\n"), "bytes are lost");
  return 0;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { return run({data, size}); }
