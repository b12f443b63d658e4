// What stands quoted in a URL.
#pragma once

#include <string>
#include <string_view>

namespace nest::http {

// With %40 as the byte that it stands for. What is no such code stays as it is.
std::string unquoted(std::string_view text);

}  // namespace nest::http
