// What the bytes of an HTTP/1 connection mean. Pure: knows neither sockets nor time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/exchange.h"

namespace nest::http {

// Takes one response apart, however its bytes are cut into pieces. As tolerant as libcurl, whose words its
// failures have, so that it does not matter to a user which of the two read a response.
class ResponseParser {
 public:
  enum class Event {
    kMore,     // all that was given is used up
    kInterim,  // the header of a 1xx, after which the response is still to come
    kHeader,   // the header is complete: Response::status, version, header_block, has_set_cookie
    kBody,     // body() has some of it
    kEnd,      // of the response; what is left in the input is not of it
    kFailed,   // failure() says why
  };

  // Ready for another response, which goes into `response`; that outlives its end.
  void begin(Response& response, bool answers_head);

  // Takes the input's next bytes off its front, up to the first event.
  Event next(std::string_view& input);
  // The server has closed the connection: kEnd or kFailed.
  Event close();

  // After kBody: what came of the body, without its framing, but as it was encoded. A view into the input.
  std::string_view body() const { return body_; }
  // After kFailed; its kind may be kConnectionClosed, which is for the caller to judge.
  const Failure& failure() const { return failure_; }
  // After kHeader: the codings of the body, separated by commas; empty: none. Other transfer codings than
  // chunks are not looked at, as in Python's http.client.
  std::string_view content_encoding() const { return content_encoding_; }
  // After kHeader: how many bytes of body are announced; nothing if chunks or the connection's end tell.
  uint64_t announced() const { return framing_ == Framing::kLength ? remaining_ : 0; }
  // After kEnd: whether the connection may carry another request.
  bool persists() const { return persists_; }

 private:
  enum class State : uint8_t {
    kStatusLine,
    kHeaderLine,
    kBody,
    kChunkSize,
    kChunkLine,
    kChunkData,
    kChunkEnd,
    kTrailer,
    kEnded,
  };
  enum class Framing : uint8_t { kNone, kLength, kChunks, kClose };

  bool take_line(std::string_view& input, std::string_view& line);
  Event take_status_line(std::string_view& input);
  Event take_header_lines(std::string_view& input);
  bool take_header(std::string_view line);
  bool take_length(std::string_view value);
  void take_transfer_encoding(std::string_view value);
  Event end_header();
  Event take_body(std::string_view& input);
  Event take_chunk_size(std::string_view& input);
  Event take_chunk_line(std::string_view& input);
  Event take_chunk_end(std::string_view& input);
  Event take_trailer(std::string_view& input);
  Event end();
  Event fail(FailureKind kind, std::string message);

  Response* response_ = nullptr;
  State state_ = State::kEnded;
  Framing framing_ = Framing::kClose;
  bool answers_head_ = false;
  bool persists_ = false;
  bool has_length_ = false;
  bool chunked_ = false;
  bool lengths_differ_ = false;
  bool is_bodyless_ = false;   // by its status
  int status_ = 0;             // of the header that is being read
  uint8_t size_digits_ = 0;    // of the chunk's size
  uint64_t length_ = 0;        // announced
  uint64_t remaining_ = 0;     // of the body or the chunk
  size_t extension_size_ = 0;  // of the chunk that begins
  size_t header_size_ = 0;     // of all header sections and trailers, in bytes
  std::string partial_;        // the beginning of a line whose end has not come
  std::string content_encoding_;
  std::string last_length_;  // as it was written
  std::string_view body_;
  Failure failure_;
};

}  // namespace nest::http
