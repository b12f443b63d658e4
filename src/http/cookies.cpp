#include "http/cookies.h"

#include <algorithm>
#include <chrono>

#include "http/exchange.h"

namespace nest::http {

namespace {

constexpr std::array<bool, 256> make_set(std::string_view members) {
  std::array<bool, 256> set{};
  for (const char c : members) set[static_cast<unsigned char>(c)] = true;
  return set;
}

constexpr auto kHost = make_set("abcdefghijklmnopqrstuvwxyz0123456789-._");
// What http.cookiejar's escape_path leaves alone; an escape as well if it is in upper case.
constexpr auto kPath =
    make_set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~/;:@&=+$,!*'()");

bool consists_of(const std::array<bool, 256>& set, std::string_view text) {
  return std::all_of(text.begin(), text.end(), [&set](char c) { return set[static_cast<unsigned char>(c)]; });
}

// What http.cookiejar puts after the name of a host without dots.
constexpr std::string_view kLocal = ".local";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper_hex(char c) { return is_digit(c) || (c >= 'A' && c <= 'F'); }

bool is_escaped(std::string_view path) {
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '%') {
      if (i + 2 >= path.size() || !is_upper_hex(path[i + 1]) || !is_upper_hex(path[i + 2])) return false;
      i += 2;
    } else if (!kPath[static_cast<unsigned char>(path[i])]) {
      return false;
    }
  }
  return true;
}

std::string_view strip(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Of digits only, at most as many as always fit.
std::optional<int64_t> number(std::string_view digits) {
  constexpr size_t kMost = 12;
  if (digits.empty() || digits.size() > kMost || !std::all_of(digits.begin(), digits.end(), &is_digit))
    return std::nullopt;
  int64_t value = 0;
  for (const char digit : digits) value = value * 10 + (digit - '0');
  return value;
}

// The place of `name` in a text of names of three letters; nothing if it is none of them.
std::optional<unsigned> place_of(std::string_view name, std::string_view names) {
  for (size_t at = 0; at < names.size(); at += 3) {
    if (names.substr(at, 3) == name) return static_cast<unsigned>(at / 3);
  }
  return std::nullopt;
}

// "Wed, 21 Oct 2015 07:28:00 GMT", also with "-" within the date, as seconds since 1970.
std::optional<int64_t> parse_date(std::string_view text) {
  constexpr std::string_view kShape = "???, ?? ??? ???? ??:??:?? GMT";
  if (text.size() != kShape.size()) return std::nullopt;
  const char separator = text[7];
  if ((separator != ' ' && separator != '-') || text[11] != separator) return std::nullopt;
  for (size_t i = 0; i < kShape.size(); ++i) {
    if (kShape[i] != '?' && i != 7 && i != 11 && kShape[i] != text[i]) return std::nullopt;
  }
  const auto month = place_of(text.substr(8, 3), "JanFebMarAprMayJunJulAugSepOctNovDec");
  const auto day = number(text.substr(5, 2));
  const auto year = number(text.substr(12, 4));
  const auto hours = number(text.substr(17, 2));
  const auto minutes = number(text.substr(20, 2));
  const auto seconds = number(text.substr(23, 2));
  if (!place_of(text.substr(0, 3), "SunMonTueWedThuFriSat") || !month || !day || !year || !hours ||
      !minutes || !seconds || *year < 1970 || *day < 1 || *day > 31 || *hours > 24 || *minutes > 59 ||
      *seconds > 61) {
    return std::nullopt;
  }
  // A day that the month does not have is one of the next, as for calendar.timegm.
  const std::chrono::sys_days first =
      std::chrono::year(static_cast<int>(*year)) / std::chrono::month(*month + 1) / std::chrono::day(1);
  const int64_t days = first.time_since_epoch().count() + *day - 1;
  return ((days * 24 + *hours) * 60 + *minutes) * 60 + *seconds;
}

std::optional<int64_t> parse_age(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  auto age = number(is_negative ? text.substr(1) : text);
  if (age && is_negative) *age = -*age;
  return age;
}

using Value = std::optional<std::string_view>;

// Of several Max-Age the last one counts, of all others the first.
bool take_attribute(std::string_view name, const Value& value, SetCookie& cookie) {
  const auto is = [name](std::string_view known) {
    return name.size() == known.size() && same_name(name, known);
  };
  if (is("path")) {
    if (!value || value->empty() || !is_escaped(*value)) return false;
    if (cookie.path.empty()) cookie.path = *value;
    return true;
  }
  if (is("domain")) {
    if (!value || value->empty() || !consists_of(kHost, *value)) return false;
    if (cookie.domain.empty()) cookie.domain = *value;
    return true;
  }
  if (is("secure")) {
    cookie.is_secure = true;
    return !value;
  }
  if (is("expires")) {
    const auto date = value ? parse_date(*value) : std::nullopt;
    if (!cookie.expires_s) cookie.expires_s = date;
    return date.has_value();
  }
  if (is("max-age")) {
    cookie.max_age_s = value ? parse_age(*value) : std::nullopt;
    return cookie.max_age_s.has_value();
  }
  for (const std::string_view of_rfc2965 : {"version", "port", "discard", "comment", "commenturl"}) {
    if (is(of_rfc2965)) return false;
  }
  if (cookie.other_count == SetCookie::kMaxOthers) return false;
  cookie.others[cookie.other_count++] = {name, value};
  return true;
}

}  // namespace

bool parse_set_cookie(std::string_view line, SetCookie& cookie) {
  if (!std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; })) return false;
  for (bool is_first = true;; is_first = false) {
    const size_t end = line.find(';');
    const std::string_view part = line.substr(0, end);
    const size_t equals = part.find('=');
    const std::string_view name = strip(part.substr(0, equals));
    Value value;
    if (equals != std::string_view::npos) value = strip(part.substr(equals + 1));
    if (is_first) {
      if (name.empty() || !value) return false;
      cookie.name = name;
      cookie.value = *value;
    } else if (!name.empty() && !take_attribute(name, value, cookie)) {
      return false;
    }
    if (end == std::string_view::npos) return true;
    line.remove_prefix(end + 1);
  }
}

std::optional<CookieSite> CookieSite::of(std::string_view url, std::string_view host_header) {
  CookieSite site;
  if (url.starts_with("https://"))
    site.is_secure_ = true;
  else if (!url.starts_with("http://"))
    return std::nullopt;
  url.remove_prefix(site.is_secure_ ? 8 : 7);
  const size_t slash = url.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  std::string_view authority = url.substr(0, slash);
  site.path_ = url.substr(slash, url.find_first_of("?#", slash) - slash);
  if (!host_header.empty()) {
    // With it http.cookiejar has an URL that was taken apart and put together again.
    if (site.path_.find(';') != std::string_view::npos) return std::nullopt;
    authority = host_header;
  }
  const size_t colon = authority.find(':');
  if (colon != std::string_view::npos && !number(authority.substr(colon + 1))) return std::nullopt;
  const std::string_view host = authority.substr(0, colon);
  if (host.empty() || host.front() == '.' || !consists_of(kHost, host) || !is_escaped(site.path_))
    return std::nullopt;
  site.dotted_domain_.append(1, '.').append(host);
  if (host.find('.') == std::string_view::npos) site.dotted_domain_.append(kLocal);
  return site;
}

std::string_view CookieSite::default_path() const {
  return path_.substr(0, std::max<size_t>(1, path_.rfind('/')));
}

std::optional<bool> CookieSite::may_set_for(std::string_view domain) const {
  if (dotted_domain_.ends_with(kLocal)) return std::nullopt;
  return domain.find('.', 1) != std::string_view::npos && is_in_domain(domain);
}

bool CookieSite::is_in_domain(std::string_view domain) const {
  if (!dotted_domain_.ends_with(domain)) return false;
  return domain.empty() || domain.front() == '.' ||
         dotted_domain_[dotted_domain_.size() - domain.size() - 1] == '.';
}

bool CookieSite::is_below(std::string_view path) const {
  if (!path_.starts_with(path)) return false;
  return path_.size() == path.size() || path.ends_with('/') || path_[path.size()] == '/';
}

}  // namespace nest::http
