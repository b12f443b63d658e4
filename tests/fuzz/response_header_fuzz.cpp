// What a response says of its header lies inside the block, in its order, and survives being written again.
#include <functional>
#include <string>

#include "http/exchange.h"
#include "input.h"

namespace {

using nest::http::Response;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Response response;
  response.header_block = nest::fuzz::Input(data, size).rest();
  const std::string& block = response.header_block;
  const char* seen = block.data();
  const auto check_next = [&](std::string_view part) {
    NEST_CHECK(!std::less<>()(part.data(), seen), "out of order");
    NEST_CHECK(!std::less<>()(block.data() + block.size(), part.data() + part.size()), "beyond the block");
    NEST_CHECK(part.empty() || (!is_blank(part.front()) && !is_blank(part.back())), std::string(part));
    seen = part.data() + part.size();
  };
  std::string again = "HTTP/1.1 200 OK\r\n";
  for (const auto& [name, value] : response.headers()) {
    NEST_CHECK(!name.empty(), "a header without a name");
    NEST_CHECK(name.find_first_of(":\n") == std::string_view::npos, std::string(name));
    check_next(name);
    check_next(value);
    again.append(name).append(": ").append(value).append("\r\n");
  }
  Response copy;
  copy.header_block = again;
  NEST_CHECK(copy.headers() == response.headers(), again);
  const std::string_view reason = response.reason();
  NEST_CHECK(reason.find('\n') == std::string_view::npos, std::string(reason));
  NEST_CHECK(reason.empty() || block.find(reason) + reason.size() <= block.find('\n'), std::string(reason));
  return 0;
}
