#include "cli/options.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include <filesystem>
#include <fstream>
#include <map>

#include "base/errors.h"
#include "cli/arguments.h"

namespace nest::cli {
namespace {

using Args = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

Options parse_with(const Args& args, const Variables& variables = {}, const Dialect& dialect = {}) {
  const auto environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto it = variables.find(name);
    if (it == variables.end()) return std::nullopt;
    return it->second;
  };
  return parse(args, environment, dialect);
}

// Parses `args` after "--headless".
Options run(Args args, const Variables& variables = {}) {
  args.insert(args.begin(), "--headless");
  return parse_with(args, variables);
}

std::string error_of(const Args& args, const Variables& variables = {}) {
  try {
    parse_with(args, variables);
  } catch (const UsageError& error) {
    EXPECT_EQ(error.exit_code(), 2);
    return error.what();
  }
  return "no error";
}

TEST(Options, DefaultsAreLocusts) {
  const Options options = run({});
  EXPECT_EQ(options.command, Command::kRun);
  EXPECT_TRUE(options.headless);
  EXPECT_EQ(options.locustfile, "locustfile.py");
  EXPECT_TRUE(options.locustfiles.empty());
  EXPECT_FALSE(options.host || options.num_users || options.spawn_rate || options.run_time);
  EXPECT_FALSE(options.csv_prefix || options.logfile || options.config_file);
  EXPECT_FALSE(options.tags || options.exclude_tags);
  EXPECT_EQ(options.stop_timeout, 0);
  EXPECT_EQ(options.exit_code_on_error, 1);
  EXPECT_EQ(options.loglevel, "INFO");
}

TEST(Options, EveryOptionReachesItsField) {
  const Options options = run({"-d",
                               "a",
                               "--model_dir",
                               "b",
                               "--model-dir=c",
                               "--include_tasksets",
                               "--config_file",
                               "w.json",
                               "--configure",
                               "-y",
                               "--strict",
                               "-H",
                               "http://h",
                               "-u",
                               "20",
                               "-r",
                               "2.5",
                               "-t",
                               "1h30m",
                               "--csv",
                               "out/x",
                               "--only-summary",
                               "--print-stats",
                               "-L",
                               "debug",
                               "--logfile",
                               "l.log",
                               "--skip-log-setup",
                               "-s",
                               "90s",
                               "--exit-code-on-error",
                               "3",
                               "--reset-stats",
                               "-E",
                               "slow",
                               "flaky",
                               "--tags",
                               "smoke",
                               "--",
                               "Buyer",
                               "Browser"});
  EXPECT_EQ(options.model_dirs, (Args{"a", "b", "c"}));
  EXPECT_TRUE(options.include_tasksets && options.configure && options.assume_yes && options.strict);
  EXPECT_EQ(options.config_file, "w.json");
  EXPECT_EQ(options.host, "http://h");
  EXPECT_EQ(options.num_users, 20);
  EXPECT_EQ(options.spawn_rate, 2.5);
  EXPECT_EQ(options.run_time, 5400);
  EXPECT_EQ(options.csv_prefix, "out/x");
  EXPECT_TRUE(options.only_summary && options.print_stats && options.skip_log_setup && options.reset_stats);
  EXPECT_EQ(options.loglevel, "DEBUG");
  EXPECT_EQ(options.logfile, "l.log");
  EXPECT_EQ(options.stop_timeout, 90);
  EXPECT_EQ(options.exit_code_on_error, 3);
  EXPECT_EQ(options.tags, (Args{"smoke"}));
  EXPECT_EQ(options.exclude_tags, (Args{"slow", "flaky"}));
  EXPECT_EQ(options.user_classes, (Args{"Buyer", "Browser"}));
}

TEST(Options, LegacySpellingsMeanTheModernOptions) {
  const Options options =
      parse_with({"--no-web", "-c", "5", "--hatch-rate", "2", "--csv-base-name", "x", "-f", "old.py"});
  EXPECT_TRUE(options.headless);
  EXPECT_EQ(options.num_users, 5);
  EXPECT_EQ(options.spawn_rate, 2);
  EXPECT_EQ(options.csv_prefix, "x");
  EXPECT_EQ(run({"--clients=7"}).num_users, 7);
}

TEST(Options, ValuesMayBeJoinedAndTheLastOneCounts) {
  EXPECT_EQ(run({"-u5"}).num_users, 5);
  EXPECT_EQ(run({"-u=5"}).num_users, 5);
  EXPECT_EQ(run({"--users=5"}).num_users, 5);
  EXPECT_EQ(run({"-yu5"}).num_users, 5);
  EXPECT_TRUE(run({"-yu5"}).assume_yes);
  EXPECT_EQ(run({"-u", "1", "--users", "2"}).num_users, 2);
  EXPECT_EQ(run({"--clients", "1", "-u", "2"}).num_users, 2);
  EXPECT_EQ(run({"--csv="}).csv_prefix, "");
  EXPECT_EQ(run({"--exit-code-on-error", "-1"}).exit_code_on_error, -1);
  EXPECT_EQ(run({"--host", "-zz with spaces"}).host, "-zz with spaces");
  EXPECT_EQ(run({"--tags", "a", "b", "--tags", "c"}).tags, (Args{"c"}));
}

TEST(Options, WordsAreUserClassesWhereverTheyStand) {
  EXPECT_EQ(run({"A", "-u", "5", "B"}).user_classes, (Args{"A", "B"}));
  EXPECT_EQ(run({"--", "-x", "python"}).user_classes, (Args{"-x", "python"}));
}

TEST(Options, LetterTIsIncludeTasksetsWithADirectoryAndTagsWithAFile) {
  EXPECT_TRUE(run({"-d", "m", "-T"}).include_tasksets);
  EXPECT_TRUE(run({"-T"}).include_tasksets);
  EXPECT_EQ(run({"-T", "Buyer"}).user_classes, (Args{"Buyer"}));
  const Options file = run({"-T", "a", "b", "-f", "x.py"});
  EXPECT_FALSE(file.include_tasksets);
  EXPECT_EQ(file.tags, (Args{"a", "b"}));
  EXPECT_EQ(run({"-f", "x.py", "-Tsmoke"}).tags, (Args{"smoke"}));
  EXPECT_EQ(run({"-T", "a"}, {{"LOCUST_LOCUSTFILE", "x.py"}}).tags, (Args{"a"}));
  EXPECT_TRUE(run({"-d", "m", "-T"}, {{"LOCUST_LOCUSTFILE", "x.py"}}).include_tasksets);
}

TEST(Options, SeveralLocustfilesAreSeparatedByCommas) {
  const Options options = run({"-f", "a.py, sub/b.py,"});
  EXPECT_EQ(options.locustfile, "a.py, sub/b.py,");
  EXPECT_EQ(options.locustfiles, (Args{"a.py", "sub/b.py"}));
}

TEST(Options, TheEnvironmentIsBetweenTheDefaultsAndTheCommandLine) {
  const Variables variables{{"LOCUST_USERS", "7"},         {"LOCUST_HEADLESS", "yes"},
                            {"LOCUST_ONLY_SUMMARY", "no"}, {"LOCUST_USER_CLASSES", "A  B"},
                            {"LOCUST_TAGS", "[x, 'y z']"}, {"LOCUST_EXCLUDE_TAGS", "a b"}};
  const Options options = parse_with({"-r", "3"}, variables);
  EXPECT_EQ(options.num_users, 7);
  EXPECT_TRUE(options.headless);
  EXPECT_FALSE(options.only_summary);
  EXPECT_EQ(options.user_classes, (Args{"A", "B"}));
  EXPECT_EQ(options.tags, (Args{"x", "y z"}));
  EXPECT_EQ(options.exclude_tags, (Args{"a b"}));
  EXPECT_EQ(parse_with({"-u", "9", "C"}, variables).num_users, 9);
  EXPECT_EQ(parse_with({"-u", "9", "C"}, variables).user_classes, (Args{"C"}));
  EXPECT_EQ(run({"--users", "9"}, {{"LOCUST_USERS", "nonsense"}}).num_users, 9);
  EXPECT_EQ(run({}, {{"LOCUST_CLIENTS", "4"}, {"LOCUST_USERS", "5"}}).num_users, 5);
}

TEST(Options, ErrorsOfTheEnvironmentNameTheVariable) {
  EXPECT_EQ(error_of({"--headless"}, {{"LOCUST_USERS", ""}}),
            "argument -u/--users: invalid int value: '' (in the environment: LOCUST_USERS)");
  EXPECT_EQ(
      error_of({}, {{"LOCUST_HEADLESS", "maybe"}}),
      "environment variable LOCUST_HEADLESS: unexpected value 'maybe'. Write true, yes, on, 1 or false, "
      "no, off, 0");
  EXPECT_EQ(error_of({"--headless"}, {{"LOCUST_HTML", "r.html"}}),
            "--html is not supported yet: the tables and --csv are the only reports (in the environment: "
            "LOCUST_HTML)");
  EXPECT_EQ(error_of({"--headless"}, {{"LOCUST_MODE_MASTER", "false"}, {"LOCUST_HTML", ""}}), "no error");
}

TEST(Options, BadValuesNameTheOptionAndTheValue) {
  const std::string levels = "'DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'";
  EXPECT_EQ(error_of({"--headless", "-u", "x"}), "argument -u/--users: invalid int value: 'x'");
  EXPECT_EQ(error_of({"--headless", "-u", "-5"}), "argument -u/--users: must be 0 or more, not '-5'");
  EXPECT_EQ(error_of({"--headless", "-r", "0"}), "argument -r/--spawn-rate: must be > 0");
  EXPECT_EQ(error_of({"--headless", "-r", "inf"}), "argument -r/--spawn-rate: must be a finite number");
  EXPECT_EQ(error_of({"--headless", "-L", "loud"}),
            "argument -L/--loglevel: invalid choice: 'LOUD' (choose from " + levels + ")");
  EXPECT_EQ(error_of({"--headless", "-t", "5x"}),
            "argument -t/--run-time: invalid time: '5x'. Write e.g. 90, 90s, 5m, 2h or 1h30m10s");
}

TEST(Options, MissingAndSuperfluousValuesAreRefused) {
  EXPECT_EQ(error_of({"--headless", "-u"}), "argument -u/--users: expected one argument");
  EXPECT_EQ(error_of({"-u", "--headless"}), "argument -u/--users: expected one argument");
  EXPECT_EQ(error_of({"--headless=no"}), "argument --headless: ignored explicit argument 'no'");
}

TEST(Options, UnknownOptionsAndTheWordsAfterThemAreLeftToTheModels) {
  const Options options = run({"A", "--size", "5", "B", "-yx", "-u", "2", "C", "--note=a b", "--", "D"});
  EXPECT_EQ(options.extras, (Args{"A", "C", "D", "--size", "5", "B", "-x", "--note=a b"}));
  EXPECT_TRUE(options.user_classes.empty());
  EXPECT_EQ(options.num_users, 2);
  EXPECT_TRUE(options.assume_yes);
  EXPECT_TRUE(run({"A", "-u", "2"}).extras.empty());
}

TEST(Options, WithoutHeadlessTheModelsOptionsAreReadFirst) {
  EXPECT_EQ(parse_with({"--size", "5"}).extras, (Args{"--size", "5"}));
}

TEST(Options, UnknownArgumentsAreNamedWithTheNearestKnownOption) {
  EXPECT_EQ(unrecognized_arguments({"--usres", "--zzzzzzzz"}, {}),
            "unrecognized arguments: --usres --zzzzzzzz\nDid you mean '--users'?");
  EXPECT_EQ(unrecognized_arguments({"--zzzzzzzzz"}, {}), "unrecognized arguments: --zzzzzzzzz");
  EXPECT_EQ(unrecognized_arguments({"--baskte=3"}, {}, {"--basket"}),
            "unrecognized arguments: --baskte=3\nDid you mean '--basket'?");
  EXPECT_EQ(unrecognized_arguments({"--configur"}, {}).find("--configure") == std::string::npos, false);
  EXPECT_EQ(unrecognized_arguments({"--configur"}, {.wrapper = false}).find("--configure"),
            std::string::npos);
}

TEST(Options, AUniqueBeginningOfALocustOptionStandsForIt) {
  EXPECT_EQ(run({"--us", "9"}).num_users, 9);
  EXPECT_EQ(run({"--ho=http://x"}).host, "http://x");
  EXPECT_EQ(run({"--s", "9"}).extras, (Args{"--s", "9"}));  // of several: for the models' parser to refuse
  EXPECT_EQ(run({"--stric", "9"}).extras, (Args{"--stric", "9"}));  // ours are written in full
}

TEST(Options, SpellingsThatTheModelsHaveTakenAreTheirs) {
  const Options options =
      parse_with({"--headless", "--clients", "a", "-u", "3"}, {}, {.taken = {"--clients"}});
  EXPECT_EQ(options.extras, (Args{"--clients", "a"}));
  EXPECT_EQ(options.num_users, 3);
}

TEST(Options, CalledLocustItHasOnlyLocustsOptions) {
  const Dialect locust = dialect_of("/usr/local/bin/locust");
  const Options options = parse_with({"--headless", "-T", "smoke", "-d", "x", "--strict"}, {}, locust);
  EXPECT_EQ(options.tags, (Args{"smoke"}));
  EXPECT_FALSE(options.include_tasksets);
  EXPECT_FALSE(options.strict);
  EXPECT_TRUE(options.model_dirs.empty());
  EXPECT_EQ(options.extras, (Args{"-d", "x", "--strict"}));
  EXPECT_EQ(options.locustfiles, (Args{"locustfile.py"}));
  EXPECT_EQ(parse_with({"--headless", "init"}, {}, locust).user_classes, (Args{"init"}));
  EXPECT_EQ(parse_with({"-V"}, {}, locust).text.rfind("locust 2.", 0), 0U);
  const std::string help = parse_with({"-h"}, {}, locust).text;
  EXPECT_EQ(help.rfind("Usage: locust [options]", 0), 0U);
  EXPECT_EQ(help.find("--model-dir"), std::string::npos);
  EXPECT_NE(help.find("-T, --tags"), std::string::npos);
  EXPECT_EQ(dialect_of("bin/locust-nest").program(), "locust-nest");
  EXPECT_EQ(dialect_of("locust").program(), "locust");
}

TEST(Options, HelpKnowsWhichModelsAreNamedOnEitherSideOfIt) {
  EXPECT_EQ(parse_with({"-f", "a.py", "--help"}).locustfiles, (Args{"a.py"}));
  EXPECT_EQ(parse_with({"--help", "-d", "shop", "--unknown"}).model_dirs, (Args{"shop"}));
  EXPECT_TRUE(parse_with({"--help", "-f", "a.py", "-u"}).locustfiles.empty());
  EXPECT_TRUE(parse_with({"--help"}).locustfiles.empty());
}

TEST(Options, OptionsThatComeLaterAreRefusedByName) {
  for (const char* name : {"--html", "--json", "--web-port", "--master", "--worker", "--processes", "--list",
                           "--slave", "-P", "-l", "--config", "--web-login"}) {
    EXPECT_EQ(error_of({"--headless", name, "1"}).find(std::string(name) + " is not supported yet: "), 0U);
  }
}

TEST(Options, ARunNeedsHeadlessUnlessItOnlyConfigures) {
  EXPECT_EQ(error_of({}), "the web interface does not exist yet: add --headless to start the test at once");
  EXPECT_EQ(error_of({"--configure"}), "no error");
}

TEST(Options, HelpAndVersionWinOverEverythingThatFollowsThem) {
  const Options help = parse_with({"--strict", "-h", "--nonsense"});
  EXPECT_EQ(help.command, Command::kHelp);
  EXPECT_NE(help.text.find("--spawn-rate"), std::string::npos);
  const Options version = parse_with({"-V"});
  EXPECT_EQ(version.command, Command::kVersion);
  EXPECT_EQ(version.text.find("locust-nest "), 0U);
}

TEST(Options, HelpFitsEightyColumnsAndShowsEverySupportedOption) {
  std::istringstream lines(parse_with({"--help"}).text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
  EXPECT_EQ(parse_with({"--help"}).text.find("--html"), std::string::npos);
}

TEST(Options, PythonGetsItsArgumentsUntouched) {
  const Options options = parse_with({"python", "-m", "pytest", "--help", "--", "-x"});
  EXPECT_EQ(options.command, Command::kPython);
  EXPECT_EQ(options.python_args, (Args{"-m", "pytest", "--help", "--", "-x"}));
}

TEST(Options, InitTakesOneDirectoryAndHasAnOldName) {
  EXPECT_EQ(parse_with({"init"}).command, Command::kInit);
  EXPECT_EQ(parse_with({"init"}).init_dir, ".");
  EXPECT_EQ(parse_with({"install", "here"}).init_dir, "here");
  EXPECT_EQ(parse_with({"init", "--help"}).command, Command::kHelp);
  EXPECT_EQ(error_of({"init", "a", "b"}), "init: give at most one directory");
  EXPECT_EQ(error_of({"install", "--force"}), "install: unrecognized argument: --force");
}

class SettleModelDirs : public testing::Test {
 protected:
  SettleModelDirs()
      : folder_(std::filesystem::path(testing::TempDir()) /
                ("settle_model_dirs" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~SettleModelDirs() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

TEST_F(SettleModelDirs, UsesTheDirectoryModelsIfThereIsOne) {
  std::filesystem::create_directory(folder_ / "models");
  Options options = run({});
  settle_model_dirs(options, false, folder_);
  EXPECT_EQ(options.model_dirs, (Args{"models"}));
}

TEST_F(SettleModelDirs, LeavesTheQuestionToATerminalAndFailsWithoutOne) {
  std::ofstream(folder_ / "models") << "a file is not a directory";
  Options options = run({});
  settle_model_dirs(options, true, folder_);
  EXPECT_TRUE(options.model_dirs.empty());
  EXPECT_THROW(settle_model_dirs(options, false, folder_), UsageError);
}

TEST_F(SettleModelDirs, RespectsWhatWasNamed) {
  std::filesystem::create_directory(folder_ / "models");
  Options file = run({"-f", "x.py"});
  settle_model_dirs(file, false, folder_);
  EXPECT_TRUE(file.model_dirs.empty());
  Options directory = run({"-d", "other"});
  settle_model_dirs(directory, false, folder_);
  EXPECT_EQ(directory.model_dirs, (Args{"other"}));
}

}  // namespace
}  // namespace nest::cli
