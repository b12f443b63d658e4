// The text of a response's header while it comes in.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nest::http {

// What a server may send at most, in bytes.
constexpr size_t kMaxHeaderBlock = 1 << 20;
constexpr size_t kMaxHeaderLine = 100 * 1024;
constexpr size_t kMaxStatusLine = 1 << 16;

constexpr const char* kNotHttp = "the server's answer is not HTTP";

// Adds a line with its end. One that begins with a blank continues the line before it.
void append_line(std::string& block, std::string_view line);

// Whether libcurl, and what stands in for it, undoes all of these codings, a list with commas.
bool decodes(std::string_view encodings);

}  // namespace nest::http
