// What a fuzz target reads its case from. The text of a corpus file is the case, so most are written by hand.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/errors.h"

// A target: one file <name>_fuzz.cpp that defines this and aborts (NEST_CHECK) where a property does not
// hold.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace nest::fuzz {

// Takes a case apart from its front. Every sequence of bytes is a case: what is missing is empty or zero.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  std::uint8_t byte() {
    const std::string_view taken = bytes(1);
    return taken.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(taken.front());
  }

  std::string_view bytes(std::size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  // Without the '\n' that ends it.
  std::string_view line() {
    const std::string_view taken = bytes(std::min(rest_.find('\n'), rest_.size()));
    bytes(1);
    return taken;
  }

  template <class Value>
  Value value() {
    Value taken{};
    const std::string_view image = bytes(sizeof taken);
    std::memcpy(&taken, image.data(), image.size());
    return taken;
  }

 private:
  std::string_view rest_;
};

}  // namespace nest::fuzz
