// A URL that goes direct says itself where it leads, and nothing in it can end the request line.
#include "http/request_head.h"

#include <algorithm>
#include <string>

#include "input.h"

namespace {

using namespace nest::http;

bool has_blank(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c >= '\x7f'; });
}

size_t count(std::string_view text, std::string_view part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

void check(const std::string& url) {
  const auto target = target_of(url);
  if (!target) return;
  NEST_CHECK(!has_blank(target->authority) && !has_blank(target->path), url);
  NEST_CHECK(!target->authority.empty() && target->authority.find_first_of("/?#@\\") == std::string::npos,
             url);
  NEST_CHECK(target->path.empty() || target->path.front() == '/' || target->path.front() == '?', url);
  const std::string authority(target->authority);
  const std::string path(target->path);
  const std::string scheme = target->is_secure ? "https://" : "http://";
  const std::string user = target->user.data() == nullptr ? "" : std::string(target->user) + "@";
  NEST_CHECK(url.starts_with(scheme + user + authority) && url.ends_with(path), url);

  const std::string again = scheme + authority + path;
  const auto same = target_of(again);
  NEST_CHECK(
      same && same->is_secure == target->is_secure && same->authority == authority && same->path == path,
      again);

  Request request;
  request.method = "GET";
  std::string head;
  append_head(head, request, *target, 0);
  const std::string slash = path.starts_with('/') ? "" : "/";
  const bool has_password = target->user.find(':') != std::string_view::npos;
  NEST_CHECK(head.starts_with("GET " + slash + path + " HTTP/1.1\r\nHost: " + authority + "\r\n"), head);
  NEST_CHECK(head.ends_with("\r\nAccept-Encoding: identity\r\n\r\n"), head);
  NEST_CHECK(count(head, "\n") == (has_password ? 5 : 4) && count(head, "\r") == count(head, "\n"), head);
  NEST_CHECK(count(head, "\r\nAuthorization: Basic ") == (has_password ? 1 : 0), head);
  NEST_CHECK(std::none_of(head.begin(), head.end(),
                          [](char c) { return (c < ' ' && c != '\r' && c != '\n') || c >= '\x7f'; }),
             head);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(nest::fuzz::Input(data, size).rest());
  check(text);
  check("http://" + text);
  check("https://host/" + text);
  return 0;
}
