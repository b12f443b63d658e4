// A configuration is valid, or one line says where it is not; what is valid can be acted upon.
#include "cli/nest_config.h"

#include <cmath>
#include <filesystem>
#include <string>

#include "base/errors.h"
#include "cli/did_you_mean.h"
#include "input.h"

namespace {

using nest::UsageError;
using nest::cli::NestConfig;

void check_line(std::string_view line) {
  NEST_CHECK(line.starts_with("folder/config.json:"), std::string(line));
  NEST_CHECK(line.find('\n') == std::string_view::npos, std::string(line));
}

void check(const NestConfig& config) {
  for (const std::string& warning : config.warnings()) check_line(warning);
  for (const auto& spec : config.dependencies()) {
    NEST_CHECK(std::filesystem::path(spec.cwd).is_absolute(), spec.cwd);
    nest::process::validate(spec);
  }
  const auto weights =
      config.resolve({{"shop.py", "Customer", 3.0}, {"sub/shop.py", "Visitor", std::nullopt}},
                     {{"shop.py", "Reading", std::nullopt}});
  NEST_CHECK(weights.users.size() == 2 && weights.tasksets.size() == 1, "one weight each");
  for (const double weight : weights.users) NEST_CHECK(std::isfinite(weight) && weight >= 0, "weight");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = nest::fuzz::Input(data, size).rest();
  try {
    check(NestConfig::parse(text, "folder/config.json"));
  } catch (const UsageError& error) {
    check_line(error.what());
  }
  const std::string_view a = text.substr(0, std::min<size_t>(text.size() / 2, 20));
  const std::string_view b = text.substr(a.size(), 20);
  const size_t distance = nest::cli::edit_distance(a, b);
  NEST_CHECK(distance == nest::cli::edit_distance(b, a), "as far there as back");
  NEST_CHECK((distance == 0) == (a == b) && distance <= std::max(a.size(), b.size()),
             std::to_string(distance));
  return 0;
}
