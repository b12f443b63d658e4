#include "cli/help.h"

#include <array>
#include <sstream>
#include <utility>

#include "cli/option_table.h"

namespace nest::cli {

namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kHelpColumn = 26;

constexpr std::string_view kUsage =
    "Usage: locust-nest [options] [UserClass ...]\n"
    "       locust-nest init [DIR]\n"
    "       locust-nest python [ARGS ...]\n";

constexpr std::string_view kUsageOfLocust = "Usage: locust [options] [UserClass ...]\n";

constexpr std::string_view kCommands =
    "Commands:\n"
    "  init [DIR]              Write an example project: models, weights, README\n"
    "  python [ARGS ...]       Run the built-in Python with the engine in it\n";

constexpr std::string_view kEpilog =
    "Examples:\n"
    "  locust-nest --headless -d models -u 50 -r 10 -t 1m -H http://localhost:8080\n"
    "  locust-nest --headless -f my_test.py -T smoke -u 5 -t 30s --csv results\n"
    "  locust-nest -d models -T --configure\n"
    "\n"
    "Most options can also be set by an environment variable, shown in [brackets];\n"
    "the command line wins. The old names -c, --clients, --hatch-rate, --no-web and\n"
    "--csv-base-name are understood.\n";

constexpr std::string_view kEpilogOfLocust =
    "Examples:\n"
    "  locust --headless -f my_test.py -H http://localhost:8080 -u 50 -r 10 -t 1m\n"
    "  locust --headless -T smoke -u 5 -t 30s --csv results\n"
    "\n"
    "Most options can also be set by an environment variable, shown in [brackets];\n"
    "the command line wins. The old names -c, --clients, --hatch-rate, --no-web and\n"
    "--csv-base-name are understood.\n";

// Whose command line `locust` is; python/locust says the same to models.
constexpr std::string_view kLocustVersion = "2.47.0";

constexpr std::array<std::pair<Group, std::string_view>, 5> kGroups{{
    {Group::kModels, "Models"},
    {Group::kLoad, "Load"},
    {Group::kResults, "Results"},
    {Group::kLogging, "Logging"},
    {Group::kOther, "Other"},
}};

// Words of `text`, each line after the first indented.
std::string wrap(const std::string& text, std::size_t first_column, std::size_t indent) {
  std::istringstream words(text);
  std::string result;
  std::string word;
  std::size_t column = first_column;
  bool line_start = true;
  while (words >> word) {
    if (!line_start && column + 1 + word.size() > kWidth) {
      result += "\n" + std::string(indent, ' ');
      column = indent;
      line_start = true;
    }
    if (!line_start) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
    line_start = false;
  }
  return result;
}

// -T is --tags for `locust`, and for locust-nest only beside -f.
bool is_tags_of_locust(const OptionSpec& option, const Dialect& dialect) {
  return !dialect.wrapper && option.long_name() == "--tags";
}

std::string heading(const OptionSpec& option, const Dialect& dialect) {
  std::string result = is_tags_of_locust(option, dialect) ? "  -T" : "  ";
  for (const auto& name : option.names) result += (result.size() > 2 ? ", " : "") + name;
  if (option.takes == Takes::kWords) return result + " [" + option.metavar + " ...]";
  if (option.takes != Takes::kNothing) return result + " " + option.metavar;
  return result;
}

std::string describe(const OptionSpec& option, const Dialect& dialect) {
  std::string text = option.help;
  if (!option.environment.empty()) text += " [" + option.environment.front() + "]";
  const std::string head = heading(option, dialect);
  const bool fits = head.size() + 2 <= kHelpColumn;
  const std::string gap =
      fits ? std::string(kHelpColumn - head.size(), ' ') : "\n" + std::string(kHelpColumn, ' ');
  return head + gap + wrap(text, kHelpColumn, kHelpColumn) + "\n";
}

}  // namespace

std::string help_text(const Dialect& dialect) {
  std::string text(dialect.wrapper ? kUsage : kUsageOfLocust);
  text += "\nRuns unmodified Locust models on a native engine.\n\n";
  if (dialect.wrapper) text += std::string(kCommands) + "\n";
  for (const auto& [group, title] : kGroups) {
    text += std::string(title) + ":\n";
    if (group == Group::kModels) {
      text += "  UserClass               " + wrap("Run only these user classes", kHelpColumn, kHelpColumn) +
              " [LOCUST_USER_CLASSES]\n";
    }
    for (const OptionSpec& option : option_table()) {
      const bool shown = !option.help.empty() && (dialect.wrapper || !option.wrapper);
      if (option.group == group && shown) text += describe(option, dialect);
    }
    text += "\n";
  }
  text += dialect.wrapper ? kEpilog : kEpilogOfLocust;
  return text;
}

std::string init_help_text() {
  return "Usage: locust-nest init [DIR]\n"
         "\n"
         "Writes an example project into DIR (default: the current directory): two\n"
         "models, their weights and a README. Never overwrites a file.\n";
}

std::string version_text(const Dialect& dialect) {
  const std::string ours = "locust-nest " NEST_VERSION;
  if (dialect.wrapper) return ours + "\n";
  return "locust " + std::string(kLocustVersion) + " from " + ours + "\n";
}

}  // namespace nest::cli
