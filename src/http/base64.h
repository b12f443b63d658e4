// Bytes as text, as RFC 4648 has it.
#pragma once

#include <string>
#include <string_view>

namespace nest::http {

std::string base64(std::string_view bytes);

}  // namespace nest::http
