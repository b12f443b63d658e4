// A plain URL is one that libcurl's own parser gives back unchanged: what is sent is what the model wrote.
#include "http/plain_url.h"

#include <curl/curl.h>

#include <memory>
#include <string>

#include "input.h"

namespace {

std::string as_libcurl_has_it(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
  if (const CURLUcode code = curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0); code != CURLUE_OK)
    return std::string("refused: ") + curl_url_strerror(code);
  char* text = nullptr;
  curl_url_get(parsed.get(), CURLUPART_URL, &text, 0);
  const std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
  return text;
}

// libcurl writes the address 127.1 out as 127.0.0.1, which no name of a host becomes.
bool may_be_a_number(const std::string& url) {
  const size_t host = url.find("//") + 2;
  const std::string_view labels = std::string_view(url).substr(host, url.find_first_of(":/", host) - host);
  return labels.find_first_not_of("0123456789abcdefx.") == std::string_view::npos;
}

void check(const std::string& url) {
  if (!nest::http::is_plain_url(url) || may_be_a_number(url)) return;
  const std::string sent = as_libcurl_has_it(url);
  NEST_CHECK(sent == url, url + " becomes " + sent);
  NEST_CHECK(url.find_first_of("#\\ \"<>^`{|}") == std::string::npos, url);
  NEST_CHECK(nest::http::is_plain_url(url + "x") && nest::http::is_plain_url(url + "%2F"), url);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(nest::fuzz::Input(data, size).rest());
  check(text);
  if (const auto escaped = nest::http::escaped_url("http://host/" + text)) check(*escaped);
  check("http://" + text + "/");
  check("https://host/" + text);
  return 0;
}
