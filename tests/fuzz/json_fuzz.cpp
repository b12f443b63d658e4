// The same values as the JSON library's own parser makes, each at the place where the text has it.
#include <nlohmann/json.hpp>
#include <string>

#include "cli/positioned_json.h"
#include "input.h"

namespace {

using nest::UsageError;
using nest::cli::JsonValue;
using nest::cli::Position;
using Json = nlohmann::json;
using Kind = JsonValue::Kind;

char character_at(std::string_view text, Position wanted) {
  Position here;
  for (const char c : text) {
    const bool begins = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    if (begins && here.line == wanted.line && here.column == wanted.column) return c;
    if (c == '\n') {
      ++here.line;
      here.column = 1;
    } else if (begins) {
      ++here.column;
    }
  }
  return '\0';
}

std::string_view beginnings(Kind kind) {
  switch (kind) {
    case Kind::kNull:
      return "n";
    case Kind::kBool:
      return "tf";
    case Kind::kNumber:
      return "-0123456789";
    case Kind::kString:
      return "\"";
    case Kind::kArray:
      return "[";
    case Kind::kObject:
      return "{";
  }
  return "";
}

void check_same(const JsonValue& ours, const Json& theirs, std::string_view text) {
  const char begin = character_at(text, ours.position);
  NEST_CHECK(beginnings(ours.kind).find(begin) != std::string_view::npos, nest::cli::at("", ours.position));
  switch (ours.kind) {
    case Kind::kNull:
      NEST_CHECK(theirs.is_null(), "null");
      break;
    case Kind::kBool:
      NEST_CHECK(theirs == Json(ours.boolean), "bool");
      break;
    case Kind::kNumber:
      NEST_CHECK(theirs.is_number() && theirs.get<double>() == ours.number, std::to_string(ours.number));
      break;
    case Kind::kString:
      NEST_CHECK(theirs.is_string() && theirs.get_ref<const std::string&>() == ours.string, ours.string);
      break;
    case Kind::kArray:
      NEST_CHECK(theirs.is_array() && theirs.size() == ours.items.size(), "array");
      for (size_t i = 0; i < ours.items.size(); ++i) check_same(ours.items[i], theirs[i], text);
      break;
    case Kind::kObject:
      NEST_CHECK(theirs.is_object() && theirs.size() == ours.members.size(), "object");
      for (const auto& member : ours.members) {
        NEST_CHECK(character_at(text, member.position) == '"', member.key);
        check_same(member.value, theirs.at(member.key), text);
      }
      break;
  }
  const std::string described = nest::cli::describe(ours);
  NEST_CHECK(!described.empty() && described.find('\n') == std::string::npos, described);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = nest::fuzz::Input(data, size).rest();
  const Json theirs = Json::parse(text, nullptr, false);
  try {
    const JsonValue ours = nest::cli::parse_json(text, "file");
    NEST_CHECK(!theirs.is_discarded(), "accepted what is no JSON");
    const bool is_marked = text.starts_with("\xef\xbb\xbf");  // which no editor counts
    check_same(ours, theirs, text.substr(is_marked ? 3 : 0));
  } catch (const UsageError& error) {
    const std::string_view what = error.what();
    NEST_CHECK(what.starts_with("file:") && what.find('\n') == std::string_view::npos, std::string(what));
    const auto says = [what](std::string_view reason) { return what.find(reason) != std::string_view::npos; };
    NEST_CHECK(theirs.is_discarded() || says("for the second time") || says("nested too deeply"),
               std::string(what));
  }
  return 0;
}
