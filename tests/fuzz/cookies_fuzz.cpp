// What is read from a Set-Cookie line lies inside it and is read again from a line made of it; a site that
// has an address has itself as domain and is below its own path.
//
// The first line of a case is an address, the second a Host header, the third a Set-Cookie line.
#include "http/cookies.h"

#include <functional>
#include <string>
#include <string_view>

#include "input.h"

namespace {

using nest::http::CookieSite;
using nest::http::SetCookie;

void check_line(std::string_view line) {
  SetCookie cookie;
  if (!nest::http::parse_set_cookie(line, cookie)) return;
  std::string again;
  const auto add = [&](std::string_view part) {
    NEST_CHECK(part.empty() || (!std::less<>()(part.data(), line.data()) &&
                                !std::less<>()(line.data() + line.size(), part.data() + part.size())),
               "beyond the line");
    NEST_CHECK(part.find_first_of(";\n") == std::string_view::npos, std::string(part));
    again += part;
  };
  add(cookie.name);
  again += '=';
  add(cookie.value);
  if (!cookie.domain.empty()) add((again += ";domain=", cookie.domain));
  if (!cookie.path.empty()) add((again += ";path=", cookie.path));
  if (cookie.is_secure) again += ";secure";
  if (cookie.max_age_s) again += ";max-age=" + std::to_string(*cookie.max_age_s);
  for (std::size_t i = 0; i < cookie.other_count; ++i) {
    add((again += ';', cookie.others[i].name));
    if (cookie.others[i].value) add((again += '=', *cookie.others[i].value));
  }
  SetCookie same;
  NEST_CHECK(nest::http::parse_set_cookie(again, same), again);
  NEST_CHECK(same.name == cookie.name && same.value == cookie.value && same.domain == cookie.domain &&
                 same.path == cookie.path && same.is_secure == cookie.is_secure &&
                 same.max_age_s == cookie.max_age_s && same.other_count == cookie.other_count,
             again);
  NEST_CHECK(!cookie.expires_s || (*cookie.expires_s >= 0 && *cookie.expires_s < 260'000'000'000),
             std::string(line));
}

void check_site(std::string_view url, std::string_view host) {
  const auto site = CookieSite::of(url, host);
  if (!site) return;
  const std::string domain(site->domain());
  NEST_CHECK(!domain.empty() && domain.find('.') != std::string::npos, domain);
  NEST_CHECK(site->is_in_domain(domain) && site->is_in_domain("." + domain) && site->is_in_domain(""),
             domain);
  NEST_CHECK(!site->is_in_domain("x." + domain) && !site->is_in_domain(domain + "x"), domain);
  NEST_CHECK(site->may_set_for(domain).value_or(true), domain);
  const std::string_view path = site->default_path();
  NEST_CHECK(path.starts_with('/') && site->is_below(path) && !site->is_below(std::string(url) + "/"),
             std::string(path));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  nest::fuzz::Input input(data, size);
  const std::string_view url = input.line();
  const std::string_view host = input.line();
  check_site(url, host);
  check_line(input.rest());
  return 0;
}
