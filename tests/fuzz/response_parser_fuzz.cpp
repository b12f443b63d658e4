// The bytes of an HTTP/1 response mean the same however they are cut.
#include "http/response_parser.h"

#include <string>
#include <string_view>

#include "input.h"

namespace {

using namespace nest;
using namespace nest::http;
using Event = ResponseParser::Event;

struct Outcome {
  Response response;
  std::string body;
  FailureKind failure = FailureKind::kNone;
  bool ended = false;
  bool persists = false;
  size_t left = 0;  // bytes behind its end
  int interim = 0;
};

Outcome parse(std::string_view bytes, size_t step, bool answers_head) {
  Outcome outcome;
  ResponseParser parser;
  parser.begin(outcome.response, answers_head);
  bool has_header = false;
  const auto take = [&](Event event, std::string_view input) {
    outcome.interim += event == Event::kInterim;
    NEST_CHECK(event != Event::kHeader || !std::exchange(has_header, true), "a second header");
    if (event == Event::kBody) {
      NEST_CHECK(has_header && !parser.body().empty(), "a body without a header, or without bytes");
      outcome.body.append(parser.body());
    }
    NEST_CHECK(event != Event::kMore || input.empty(), "asks for more and leaves some");
    if (event == Event::kFailed) outcome.failure = parser.failure().kind;
    outcome.ended = event == Event::kEnd;
    return event != Event::kMore && event != Event::kEnd && event != Event::kFailed;
  };
  const auto goes_on = [&] { return !outcome.ended && outcome.failure == FailureKind::kNone; };
  while (!bytes.empty() && goes_on()) {
    const std::string piece(bytes.substr(0, step));  // so that the sanitizers see a look beyond its end
    std::string_view input = piece;
    while (take(parser.next(input), input)) {
    }
    bytes.remove_prefix(piece.size() - input.size());
  }
  if (goes_on()) take(parser.close(), {});
  NEST_CHECK(!goes_on(), "no end");
  if (outcome.ended) outcome.left = bytes.size();
  outcome.persists = outcome.ended && parser.persists();
  return outcome;
}

int run(fuzz::Input input) {
  const uint8_t first = input.byte();
  const bool answers_head = first == 'H';
  const size_t step = first % 16U + 1U;
  const std::string_view bytes = input.rest();
  const Outcome whole = parse(bytes, bytes.size(), answers_head);
  const Outcome cut = parse(bytes, step, answers_head);
  NEST_CHECK(whole.failure == cut.failure, std::to_string(static_cast<int>(whole.failure)));
  NEST_CHECK(whole.response.status == cut.response.status, std::to_string(whole.response.status));
  NEST_CHECK(whole.interim == cut.interim, std::to_string(whole.interim));
  NEST_CHECK(whole.body == cut.body, whole.body);
  NEST_CHECK(whole.ended == cut.ended && whole.persists == cut.persists && whole.left == cut.left, "the end");
  if (whole.response.status != 0) {
    NEST_CHECK(whole.response.status >= 100 && whole.response.status <= 999,
               std::to_string(whole.response.status));
    NEST_CHECK(whole.response.header_block == cut.response.header_block, whole.response.header_block);
    NEST_CHECK(whole.response.header_block.size() + whole.body.size() + whole.left <= bytes.size(),
               "more than came");
  }
  if (whole.ended)
    NEST_CHECK(whole.response.status >= 200 || whole.response.status == 101, "an end without one");
  if (whole.persists) NEST_CHECK(whole.left + whole.response.header_block.size() <= bytes.size(), "too much");
  return 0;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { return run({data, size}); }
