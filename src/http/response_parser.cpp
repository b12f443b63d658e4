#include "http/response_parser.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "http/header_block.h"

namespace nest::http {

namespace {

constexpr uint8_t kMostSizeDigits = 16;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_blank(char c) { return c == ' ' || c == '\t'; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

bool begins_with(std::string_view line, std::string_view name_and_colon) {
  return line.size() >= name_and_colon.size() &&
         same_name(line.substr(0, name_and_colon.size()), name_and_colon);
}

std::string_view stripped(std::string_view text) {
  const auto is_space = [](char c) { return is_blank(c) || c == '\r' || c == '\n'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool contains_word(std::string_view text, std::string_view word) {
  return std::search(text.begin(), text.end(), word.begin(), word.end(),
                     [](char a, char b) { return lower(a) == b; }) != text.end();
}

void append_to_list(std::string& list, std::string_view item) {
  if (!list.empty()) list.append(",");
  list.append(item);
}

// Takes one digit off the text; -1 if it does not begin with one.
int take_digit(std::string_view& text) {
  if (text.empty() || !is_digit(text.front())) return -1;
  const int digit = text.front() - '0';
  text.remove_prefix(1);
  return digit;
}

}  // namespace

void ResponseParser::begin(Response& response, bool answers_head) {
  response_ = &response;
  answers_head_ = answers_head;
  state_ = State::kStatusLine;
  framing_ = Framing::kClose;
  persists_ = has_length_ = chunked_ = lengths_differ_ = is_bodyless_ = false;
  length_ = remaining_ = 0;
  size_digits_ = 0;
  header_size_ = extension_size_ = 0;
  partial_.clear();
  content_encoding_.clear();
  last_length_.clear();
  body_ = {};
}

ResponseParser::Event ResponseParser::next(std::string_view& input) {
  while (true) {
    if (input.empty() && state_ != State::kBody && state_ != State::kEnded) return Event::kMore;
    Event event = Event::kMore;
    switch (state_) {
      case State::kStatusLine:
        event = take_status_line(input);
        break;
      case State::kHeaderLine:
        event = take_header_lines(input);
        break;
      case State::kBody:
      case State::kChunkData:
        event = take_body(input);
        break;
      case State::kChunkSize:
        event = take_chunk_size(input);
        break;
      case State::kChunkLine:
        event = take_chunk_line(input);
        break;
      case State::kChunkEnd:
        event = take_chunk_end(input);
        break;
      case State::kTrailer:
        event = take_trailer(input);
        break;
      case State::kEnded:
        return Event::kEnd;
    }
    if (event != Event::kMore || input.empty()) return event;
  }
}

// The next line with its end. False: all that was given is its beginning, and is kept.
bool ResponseParser::take_line(std::string_view& input, std::string_view& line) {
  const auto end = input.find('\n');
  const std::string_view part = input.substr(0, end == std::string_view::npos ? end : end + 1);
  input.remove_prefix(part.size());
  if (end == std::string_view::npos) {
    partial_.append(part);
    return false;
  }
  if (partial_.empty()) {
    line = part;
  } else {
    partial_.append(part);
    line = partial_;
  }
  return true;
}

ResponseParser::Event ResponseParser::take_status_line(std::string_view& input) {
  constexpr std::string_view kPrefix = "HTTP/";
  const std::string_view all = input;
  std::string_view line;
  if (!take_line(input, line)) {
    if (partial_.size() <= kMaxStatusLine) return Event::kMore;
    return fail(FailureKind::kHeaderTooLarge, "status line");
  }
  if (!line.starts_with(kPrefix)) {
    response_->body.assign(line.data() == all.data() ? all : line);
    return fail(FailureKind::kBadResponse, kNotHttp);
  }
  if (line.size() > kMaxStatusLine) return fail(FailureKind::kHeaderTooLarge, "status line");
  if (line.find('\0') != std::string_view::npos) return fail(FailureKind::kBadResponse, "Nul byte in header");

  std::string_view rest = line.substr(kPrefix.size());
  const int major = take_digit(rest);
  const bool has_minor = rest.starts_with('.');
  if (has_minor) rest.remove_prefix(1);
  const int minor = has_minor ? take_digit(rest) : -1;
  const bool is_newer = major >= 2 && !has_minor;
  const bool is_separated = rest.starts_with(' ');
  while (!rest.empty() && is_blank(rest.front())) rest.remove_prefix(1);
  int status = 0;
  int digits = 0;
  for (int digit = 0; digits < 3 && (digit = take_digit(rest)) >= 0; ++digits) status = status * 10 + digit;
  if (!is_separated || digits == 0 || (!is_newer && minor < 0)) {
    response_->body.assign(line);
    return fail(FailureKind::kBadResponse, "Unsupported HTTP version in response");
  }
  if (!rest.empty() && is_digit(rest.front())) {
    response_->body.assign(line);
    return fail(FailureKind::kBadResponse, "Unsupported response code in HTTP response");
  }
  if (major != 1 || minor > 1) {
    const std::string version = std::to_string(major) + (is_newer ? "" : "." + std::to_string(minor));
    return fail(FailureKind::kBadResponse, "Unsupported HTTP version (" + version + ") in response");
  }
  if (status < 100) {
    response_->body.assign(line);
    return fail(FailureKind::kBadResponse, kNotHttp);
  }
  status_ = status;
  header_size_ += line.size();
  response_->version = 10 + minor;
  response_->has_set_cookie = false;
  response_->header_block.assign(line);
  partial_.clear();
  persists_ = minor == 1;
  is_bodyless_ = status < 200 || status == 204 || status == 304;
  has_length_ = chunked_ = lengths_differ_ = false;
  content_encoding_.clear();
  last_length_.clear();
  state_ = State::kHeaderLine;
  return Event::kMore;
}

ResponseParser::Event ResponseParser::take_header_lines(std::string_view& input) {
  std::string_view line;
  while (take_line(input, line)) {
    if (line == "\r\n" || line == "\n") {
      partial_.clear();
      return end_header();
    }
    if (line.size() > kMaxHeaderLine) return fail(FailureKind::kHeaderTooLarge, "header line");
    header_size_ += line.size();
    if (header_size_ > kMaxHeaderBlock) return fail(FailureKind::kHeaderTooLarge, "header");
    if (!take_header(line)) return Event::kFailed;
    partial_.clear();
    if (input.empty()) return Event::kMore;
  }
  if (partial_.size() > kMaxHeaderLine) return fail(FailureKind::kHeaderTooLarge, "header line");
  return Event::kMore;
}

// False: it breaks the response.
bool ResponseParser::take_header(std::string_view line) {
  const auto broken = [this](const char* why) {
    fail(FailureKind::kBadResponse, why);
    return false;
  };
  if (line.find('\0') != std::string_view::npos) return broken("Nul byte in header");
  if (line.front() == '\r') return broken("carriage return within a header");
  std::string& block = response_->header_block;
  if (is_blank(line.front())) {
    if (block.find('\n') + 1 >= block.size()) return broken("a header that begins with a continuation");
  } else {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return broken("Header without colon");
    if (line.substr(0, colon).find('\r') != std::string_view::npos)
      return broken("carriage return within a header");
    const std::string_view value = line.substr(colon + 1);
    switch (lower(line.front())) {
      case 'c':
        if (begins_with(line, "content-length:")) {
          if (!take_length(value)) return broken("Invalid Content-Length: value");
        } else if (begins_with(line, "content-encoding:")) {
          append_to_list(content_encoding_, stripped(value));
        } else if (begins_with(line, "connection:")) {
          if (response_->version == 10 && contains_word(value, "keep-alive"))
            persists_ = true;
          else if (contains_word(value, "close"))
            persists_ = false;
        }
        break;
      case 's':
        if (begins_with(line, "set-cookie:")) response_->has_set_cookie = true;
        break;
      case 't':
        if (begins_with(line, "transfer-encoding:")) take_transfer_encoding(value);
        break;
      default:
        break;
    }
  }
  append_line(block, line);
  return true;
}

bool ResponseParser::take_length(std::string_view value) {
  value = stripped(value);
  lengths_differ_ = lengths_differ_ || (!last_length_.empty() && value != last_length_);
  last_length_.assign(value);
  if (is_bodyless_) return true;
  if (value.starts_with('+')) value.remove_prefix(1);
  int64_t length = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (error == std::errc::result_out_of_range && value.front() != '-') {
    persists_ = false;
    return true;
  }
  if (error != std::errc() || length < 0 || value.front() == '-') return false;
  has_length_ = true;
  length_ = static_cast<uint64_t>(length);
  return true;
}

void ResponseParser::take_transfer_encoding(std::string_view value) {
  while (!value.empty()) {
    const auto comma = value.find(',');
    chunked_ = chunked_ || same_name(stripped(value.substr(0, comma)), "chunked");
    value.remove_prefix(comma == std::string_view::npos ? value.size() : comma + 1);
  }
}

ResponseParser::Event ResponseParser::end_header() {
  Response& response = *response_;
  if (status_ < 200 && status_ != 101) {
    state_ = State::kStatusLine;
    return Event::kInterim;
  }
  if (lengths_differ_ && !chunked_) return fail(FailureKind::kBadResponse, "several lengths");
  response.status = status_;
  if (status_ == 101) persists_ = false;  // what follows is another protocol
  if (answers_head_ || is_bodyless_) {
    framing_ = Framing::kNone;
    state_ = State::kEnded;
  } else if (chunked_) {
    framing_ = Framing::kChunks;
    state_ = State::kChunkSize;
    remaining_ = 0;
    size_digits_ = 0;
  } else if (has_length_) {
    framing_ = Framing::kLength;
    remaining_ = length_;
    state_ = State::kBody;
  } else {
    framing_ = Framing::kClose;
    persists_ = false;
    state_ = State::kBody;
  }
  return Event::kHeader;
}

ResponseParser::Event ResponseParser::take_body(std::string_view& input) {
  if (framing_ == Framing::kClose) {
    if (input.empty()) return Event::kMore;
    body_ = std::exchange(input, {});
    return Event::kBody;
  }
  if (state_ == State::kBody && remaining_ == 0) return end();
  if (input.empty()) return Event::kMore;
  body_ = input.substr(0, remaining_);
  input.remove_prefix(body_.size());
  remaining_ -= body_.size();
  if (state_ == State::kChunkData && remaining_ == 0) state_ = State::kChunkEnd;
  return Event::kBody;
}

ResponseParser::Event ResponseParser::take_chunk_size(std::string_view& input) {
  while (!input.empty()) {
    const int value = hex_value(input.front());
    if (value < 0) {
      const char c = input.front();
      if (size_digits_ == 0 || (!is_blank(c) && c != ';' && c != '\r' && c != '\n'))
        return fail(FailureKind::kBadChunk, "Illegal or missing hexadecimal sequence in chunked-encoding");
      state_ = State::kChunkLine;
      return Event::kMore;
    }
    if (size_digits_ == kMostSizeDigits)
      return fail(FailureKind::kBadChunk, "Too long hexadecimal number in chunked-encoding");
    if (remaining_ > (static_cast<uint64_t>(INT64_MAX) >> 4))
      return fail(FailureKind::kBadChunk, "Illegal or missing hexadecimal sequence in chunked-encoding");
    remaining_ = remaining_ * 16 + static_cast<uint64_t>(value);
    ++size_digits_;
    input.remove_prefix(1);
  }
  return Event::kMore;
}

// The rest of the line, which may have extensions.
ResponseParser::Event ResponseParser::take_chunk_line(std::string_view& input) {
  const auto end = input.find('\n');
  extension_size_ += std::min(end, input.size());
  if (extension_size_ > kMaxHeaderLine)
    return fail(FailureKind::kBadChunk, "Too long extension in chunked-encoding");
  if (end == std::string_view::npos) {
    input = {};
    return Event::kMore;
  }
  input.remove_prefix(end + 1);
  size_digits_ = 0;
  extension_size_ = 0;
  state_ = remaining_ == 0 ? State::kTrailer : State::kChunkData;
  return Event::kMore;
}

ResponseParser::Event ResponseParser::take_chunk_end(std::string_view& input) {
  while (!input.empty()) {
    const char c = input.front();
    if (c != '\r' && c != '\n')
      return fail(FailureKind::kBadChunk, "Malformed encoding found in chunked-encoding");
    input.remove_prefix(1);
    if (c == '\n') {
      state_ = State::kChunkSize;
      return Event::kMore;
    }
  }
  return Event::kMore;
}

ResponseParser::Event ResponseParser::take_trailer(std::string_view& input) {
  std::string_view line;
  while (!input.empty()) {
    if (!take_line(input, line)) {
      if (partial_.size() > 1 && partial_.front() == '\r')
        return fail(FailureKind::kBadChunk, "Malformed encoding found in chunked-encoding");
      if (partial_.size() > kMaxHeaderLine) return fail(FailureKind::kHeaderTooLarge, "header line");
      return Event::kMore;
    }
    if (line == "\r\n" || line == "\n") return end();
    if (line.front() == '\r')
      return fail(FailureKind::kBadChunk, "Malformed encoding found in chunked-encoding");
    header_size_ += line.size();
    if (line.size() > kMaxHeaderLine) return fail(FailureKind::kHeaderTooLarge, "header line");
    if (header_size_ > kMaxHeaderBlock) return fail(FailureKind::kHeaderTooLarge, "header");
    partial_.clear();
  }
  return Event::kMore;
}

ResponseParser::Event ResponseParser::end() {
  partial_.clear();
  state_ = State::kEnded;
  return Event::kEnd;
}

ResponseParser::Event ResponseParser::fail(FailureKind kind, std::string message) {
  failure_ = {kind, 0, std::move(message)};
  persists_ = false;
  state_ = State::kEnded;
  return Event::kFailed;
}

ResponseParser::Event ResponseParser::close() {
  persists_ = false;
  switch (state_) {
    case State::kEnded:
      return Event::kEnd;
    case State::kStatusLine: {
      if (partial_.empty()) return fail(FailureKind::kConnectionClosed, "Empty reply from server");
      std::string_view line_end = "\n";
      const bool is_refused = take_status_line(line_end) == Event::kFailed;
      std::string& kept = is_refused ? response_->body : response_->header_block;
      if (!kept.empty()) kept.pop_back();  // the line's end, which was not sent
      if (is_refused) return Event::kFailed;
      [[fallthrough]];
    }
    case State::kHeaderLine:
      return fail(FailureKind::kTruncated, "closed within the header");
    case State::kBody:
      if (framing_ == Framing::kClose) return end();
      if (remaining_ == 0) return end();
      return fail(FailureKind::kTruncated,
                  "transfer closed with " + std::to_string(remaining_) + " bytes remaining to read");
    case State::kTrailer:
      if (partial_ == "\r") return end();
      [[fallthrough]];
    default:
      return fail(FailureKind::kTruncated, "transfer closed with outstanding read data remaining");
  }
}

}  // namespace nest::http
