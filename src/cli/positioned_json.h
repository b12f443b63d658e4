// JSON in which every value and key knows where it stands, so that a complaint about its meaning can point
// at the place like a complaint about its syntax does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/errors.h"

namespace nest::cli {

// Both counted from 1; the column counts characters, not bytes.
struct Position {
  int line = 1;
  int column = 1;
};

struct JsonValue {
  enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject };
  struct Member;

  Kind kind = Kind::kNull;
  Position position;
  bool boolean = false;
  double number = 0;
  std::string string;
  std::vector<JsonValue> items;
  std::vector<Member> members;  // in the order of the file, no key twice
};

struct JsonValue::Member {
  std::string key;
  Position position;
  JsonValue value;
};

// How a complaint names a value: 'a "string"', 'an object', '-3', ...
std::string describe(const JsonValue& value);

// Throws UsageError("<name>:<line>:<column>: <what is wrong>") for a syntax error, a key that appears twice
// in one object, and nesting deeper than any configuration needs.
JsonValue parse_json(std::string_view text, const std::string& name);

// The error "<name>:<line>:<column>: <what>", in one line whatever characters a quoted key brings along.
UsageError mistake(const std::string& name, Position position, const std::string& what);

// "<name>:<line>:<column>: "
std::string at(const std::string& name, Position position);

}  // namespace nest::cli
