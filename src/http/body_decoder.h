// Undoes the codings of a response's body, piece by piece.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace nest::http {

// What follows the end of gzip or deflate data is dropped, as `requests` does; several members of gzip are
// one text. Data that ends too soon are no error: what was understood of them has been given out.
class BodyDecoder {
 public:
  using Sink = std::function<void(std::string_view)>;

  // For codings in the order in which they were applied, separated by commas; all of them known, see
  // decodes(). Null for none but "identity", and for more than five, which no server means.
  static std::unique_ptr<BodyDecoder> make(std::string_view codings);

  class Stage;
  ~BodyDecoder();

  // Gives out what comes of these bytes. False: they are broken, see error().
  bool decode(std::string_view data, const Sink& sink);
  // The decoder's words.
  const std::string& error() const { return error_; }

 private:
  BodyDecoder() = default;
  bool decode_from(size_t stage, std::string_view data, const Sink& sink);

  std::vector<std::unique_ptr<Stage>> stages_;  // in the order in which they are undone
  std::string error_;
};

}  // namespace nest::http
