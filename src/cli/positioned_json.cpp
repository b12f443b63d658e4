#include "cli/positioned_json.h"

#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

namespace nest::cli {

namespace {

using Json = nlohmann::json;

// Follows the parser through the text and remembers where the last value or key began. The parser may be one
// character past the end of a number, never further; so what follows a value must not count as a beginning.
class Cursor {
 public:
  void pass(char c) {
    if (in_string_) {
      if (c == '"' && !escaped_) in_string_ = false;
      escaped_ = c == '\\' && !escaped_;
    } else if (c == '"') {
      in_string_ = true;
      token_ = here_;
    } else if (c == '{' || c == '[' || (!in_word_ && is_word(c))) {
      token_ = here_;
    }
    in_word_ = !in_string_ && is_word(c);
    move_over(c);
  }

  Position token() const { return token_; }

 private:
  static bool is_word(char c) {
    return std::string_view(" \t\r\n,:[]{}\"").find(c) == std::string_view::npos;
  }

  void move_over(char c) {
    if (c == '\n') {
      ++here_.line;
      here_.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {  // not a later byte of a character
      ++here_.column;
    }
  }

  Position here_;
  Position token_;
  bool in_string_ = false;
  bool escaped_ = false;
  bool in_word_ = false;
};

// Feeds the parser and tells the cursor about every character on its way.
class TrackedInput {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  TrackedInput(const char* at, Cursor* cursor) : at_(at), cursor_(cursor) {}
  reference operator*() const { return *at_; }
  TrackedInput& operator++() {
    cursor_->pass(*at_++);
    return *this;
  }
  TrackedInput operator++(int) {
    TrackedInput before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const TrackedInput& a, const TrackedInput& b) { return a.at_ == b.at_; }

 private:
  const char* at_;
  Cursor* cursor_;
};

// Receives the parser's events and builds the tree.
class TreeBuilder final : public nlohmann::json_sax<Json> {
 public:
  TreeBuilder(std::string_view text, const std::string& name, const Cursor& cursor)
      : text_(text), name_(name), cursor_(cursor) {}

  JsonValue take() { return std::move(root_); }

  bool null() override { return add(JsonValue::Kind::kNull) != nullptr; }
  bool boolean(bool value) override {
    add(JsonValue::Kind::kBool)->boolean = value;
    return true;
  }
  bool number_integer(number_integer_t value) override { return number(static_cast<double>(value)); }
  bool number_unsigned(number_unsigned_t value) override { return number(static_cast<double>(value)); }
  bool number_float(number_float_t value, const string_t& /*text*/) override { return number(value); }
  bool string(string_t& value) override {
    add(JsonValue::Kind::kString)->string = std::move(value);
    return true;
  }
  bool binary(binary_t& /*value*/) override { return false; }  // not in JSON text
  bool start_object(std::size_t /*elements*/) override { return open(JsonValue::Kind::kObject); }
  bool start_array(std::size_t /*elements*/) override { return open(JsonValue::Kind::kArray); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& value) override {
    auto& members = open_.back()->members;
    for (const auto& member : members) {
      if (member.key == value) {
        throw mistake(name_, cursor_.token(),
                      "'" + value + "' is here for the second time, after line " +
                          std::to_string(member.position.line));
      }
    }
    members.push_back({std::move(value), cursor_.token(), {}});
    return true;
  }

  bool parse_error(std::size_t byte, const std::string& /*last_token*/,
                   const nlohmann::detail::exception& error) override {
    // The library's text is "[...] parse error at line 1, column 2: <reason>"; our own place comes first.
    std::string reason = error.what();
    const auto place = reason.find(": ");
    const auto bracket = reason.find("] ");
    if (place != std::string::npos && reason.find("at line") < place) {
      reason = reason.substr(place + 2);
    } else if (bracket != std::string::npos) {
      reason = reason.substr(bracket + 2);
    }
    throw mistake(name_, place_of(byte), reason);
  }

 private:
  static constexpr std::size_t kMaxDepth = 100;

  JsonValue* add(JsonValue::Kind kind) {
    JsonValue* value = &root_;
    if (!open_.empty() && open_.back()->kind == JsonValue::Kind::kObject) {
      value = &open_.back()->members.back().value;
    } else if (!open_.empty()) {
      value = &open_.back()->items.emplace_back();
    }
    value->kind = kind;
    value->position = cursor_.token();
    return value;
  }

  bool number(double value) {
    add(JsonValue::Kind::kNumber)->number = value;
    return true;
  }

  // Pointers to open values stay good: only the innermost one grows.
  bool open(JsonValue::Kind kind) {
    if (open_.size() == kMaxDepth) throw mistake(name_, cursor_.token(), "nested too deeply");
    open_.push_back(add(kind));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  // `byte` is the number of the last character read, from 1.
  Position place_of(std::size_t byte) const {
    Position position;
    for (const char c : text_.substr(0, byte == 0 ? 0 : byte - 1)) {
      if (c == '\n') {
        ++position.line;
        position.column = 1;
      } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
        ++position.column;
      }
    }
    return position;
  }

  std::string_view text_;
  const std::string& name_;
  const Cursor& cursor_;
  JsonValue root_;
  std::vector<JsonValue*> open_;
};

}  // namespace

std::string at(const std::string& name, Position position) {
  return name + ":" + std::to_string(position.line) + ":" + std::to_string(position.column) + ": ";
}

UsageError mistake(const std::string& name, Position position, const std::string& what) {
  std::string line;
  for (const char c : what) {
    const auto code = static_cast<unsigned char>(c);
    constexpr const char* kHex = "0123456789abcdef";
    if (code >= 0x20 && code != 0x7f) {
      line += c;
    } else {
      line += std::string("\\x") + kHex[code >> 4] + kHex[code & 15];
    }
  }
  return UsageError(at(name, position) + line);
}

std::string describe(const JsonValue& value) {
  switch (value.kind) {
    case JsonValue::Kind::kNull:
      return "null";
    case JsonValue::Kind::kBool:
      return value.boolean ? "true" : "false";
    case JsonValue::Kind::kNumber: {
      std::ostringstream text;
      text << value.number;
      return text.str();
    }
    case JsonValue::Kind::kString:
      return Json(value.string).dump(-1, ' ', false, Json::error_handler_t::replace);
    case JsonValue::Kind::kArray:
      return "an array";
    case JsonValue::Kind::kObject:
      return "an object";
  }
  return "";
}

JsonValue parse_json(std::string_view text, const std::string& name) {
  if (constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf"; text.starts_with(kByteOrderMark))
    text.remove_prefix(kByteOrderMark.size());
  Cursor cursor;
  TreeBuilder builder(text, name, cursor);
  Json::sax_parse(TrackedInput(text.data(), &cursor), TrackedInput(text.data() + text.size(), &cursor),
                  &builder);
  return builder.take();
}

}  // namespace nest::cli
