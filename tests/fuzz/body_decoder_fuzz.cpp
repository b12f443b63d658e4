// Encoded bodies become the same however they are cut, broken ones included.
#include "http/body_decoder.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/header_block.h"
#include "input.h"

namespace {

using namespace nest;
using http::BodyDecoder;

struct Decoded {
  bool is_whole = true;
  std::string text;  // its first part
  size_t length = 0;
};

Decoded decode(std::string_view codings, std::string_view data, size_t step) {
  constexpr size_t kKept = 100'000;
  Decoded decoded;
  const auto decoder = BodyDecoder::make(codings);
  if (!decoder) return decoded;
  const auto keep = [&](std::string_view piece) {
    NEST_CHECK(!piece.empty(), "an empty piece");
    decoded.text.append(piece.substr(0, kKept - std::min(kKept, decoded.text.size())));
    decoded.length += piece.size();
  };
  for (; !data.empty() && decoded.is_whole; data.remove_prefix(std::min(step, data.size()))) {
    const std::string piece(data.substr(0, step));
    decoded.is_whole = decoder->decode(piece, keep);
  }
  if (!decoded.is_whole) NEST_CHECK(!decoder->error().empty(), "an error without words");
  return decoded;
}

int run(fuzz::Input input) {
  const size_t step = input.byte() % 16U + 1U;
  const std::string codings(input.line());
  if (!http::decodes(codings)) return 0;
  const Decoded whole = decode(codings, input.rest(), input.rest().size());
  const Decoded cut = decode(codings, input.rest(), step);
  // libzstd may see sooner what is wrong if it sees all.
  NEST_CHECK(whole.is_whole == cut.is_whole || codings.find_first_of("zZ") != std::string::npos, codings);
  if (!whole.is_whole || !cut.is_whole) return 0;
  NEST_CHECK(whole.length == cut.length, std::to_string(whole.length) + ", " + std::to_string(cut.length));
  NEST_CHECK(whole.text == cut.text, whole.text.substr(0, 100));
  return 0;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { return run({data, size}); }
