// Headers behave as a list of names, equal whatever their case, with one value each.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "http/exchange.h"
#include "input.h"

namespace {

using nest::http::HeaderLines;
using nest::http::same_name;

// "Name: value" sets, "-Name" removes.
int run(nest::fuzz::Input input) {
  HeaderLines headers;
  std::vector<std::pair<std::string, std::string>> model;
  while (!input.empty()) {
    std::string_view line = input.line();
    const bool removes = line.starts_with('-');
    if (removes) line.remove_prefix(1);
    const std::string_view name = line.substr(0, line.find(':'));
    const std::string_view value = line.substr(std::min(name.size() + 1, line.size()));
    const auto known = std::find_if(model.begin(), model.end(),
                                    [name](const auto& header) { return same_name(header.first, name); });
    NEST_CHECK(headers.has(name) == (known != model.end()), std::string(name));
    if (removes) {
      headers.remove(name);
      if (known != model.end()) model.erase(known);
    } else {
      headers.set(name, value);
      if (known != model.end())
        *known = {std::string(name), std::string(value)};
      else
        model.emplace_back(name, value);
    }
    NEST_CHECK(headers.has(name) != removes, std::string(name));
  }
  NEST_CHECK(headers.lines().size() == model.size(), "number of headers");
  for (size_t i = 0; i < model.size(); ++i)
    NEST_CHECK(headers.lines()[i] == model[i].first + ": " + model[i].second, headers.lines()[i]);
  return 0;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { return run({data, size}); }
