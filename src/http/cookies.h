// Set-Cookie lines, and where a request goes, as Python's http.cookiejar reads them by its default policy,
// where they are usual. All else is for http.cookiejar itself.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nest::http {

// One that http.cookiejar knows nothing about, such as HttpOnly or SameSite=Lax.
struct CookieAttribute {
  std::string_view name;
  std::optional<std::string_view> value;
};

// What a Set-Cookie line says; views into it.
struct SetCookie {
  static constexpr size_t kMaxOthers = 8;

  std::string_view name;
  std::string_view value;
  std::string_view domain;  // lower case, perhaps with a dot in front; empty: none is given
  std::string_view path;    // escaped; empty: none is given
  bool is_secure = false;
  std::optional<int64_t> max_age_s;  // which counts if `expires_s` is there as well
  std::optional<int64_t> expires_s;  // since 1970
  std::array<CookieAttribute, kMaxOthers> others{};
  size_t other_count = 0;
};

// False for a line that http.cookiejar must read, which may make something else of it, or nothing: beyond
// printable ASCII, no value, an attribute without the value that it should have, a date that is not written
// as usual, attributes of RFC 2965. `cookie` is a new one.
bool parse_set_cookie(std::string_view line, SetCookie& cookie);

// Where a request goes. Its paths are views into the URL.
class CookieSite {
 public:
  // Of an absolute URL, and the request's Host header if it has one (else empty), which counts more. Nothing
  // for what http.cookiejar must look at: addresses of IPv6, credentials, upper case, characters to escape.
  static std::optional<CookieSite> of(std::string_view url, std::string_view host_header);

  // Of a cookie that names none: the host without its port. A name without a dot is `name.local`.
  std::string_view domain() const { return std::string_view(dotted_domain_).substr(1); }
  // Of a cookie that names none.
  std::string_view default_path() const;
  bool is_secure() const { return is_secure_; }

  // Whether the site may set cookies for the domain of a SetCookie that names one; nothing where that is for
  // http.cookiejar to say.
  std::optional<bool> may_set_for(std::string_view domain) const;
  // Whether a cookie with this domain, or this path, is sent here.
  bool is_in_domain(std::string_view domain) const;
  bool is_below(std::string_view path) const;

 private:
  std::string dotted_domain_;  // with a dot in front
  std::string_view path_;
  bool is_secure_ = false;
};

}  // namespace nest::http
