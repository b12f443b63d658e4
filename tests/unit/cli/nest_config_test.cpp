#include "cli/nest_config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include <filesystem>
#include <fstream>

#include "base/errors.h"

namespace nest::cli {
namespace {

using Numbers = std::vector<double>;

NestConfig config_of(const std::string& text) { return NestConfig::parse(text, "config.json"); }

template <typename Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

std::string parse_error(const std::string& text) {
  return error_of([&] { config_of(text); });
}

const std::vector<FoundClass> kUsers{
    {"shop.py", "Customer", 4}, {"shop.py", "Visitor", std::nullopt}, {"blog/shop.py", "Customer", 2}};
const std::vector<FoundClass> kTasksets{{"reviews.py", "ReadReviews", std::nullopt}};

std::string resolve_error(const std::string& text) {
  return error_of([&] { config_of(text).resolve(kUsers, kTasksets); });
}

TEST(Weights, ComeFromTheConfigurationElseTheClassElseOne) {
  const auto weights = config_of(R"({"locusts": {"Visitor": 0.5}})").resolve(kUsers, kTasksets);
  EXPECT_EQ(weights.users, (Numbers{4, 0.5, 2}));
  EXPECT_EQ(weights.tasksets, (Numbers{1}));
  EXPECT_EQ(config_of("{}").resolve(kUsers, kTasksets).users, (Numbers{4, 1, 2}));
  EXPECT_EQ(config_of(R"({"tasksets": {"ReadReviews": 0}})").resolve(kUsers, kTasksets).tasksets,
            (Numbers{0}));
}

TEST(Weights, AClassNameCountsForEveryFileAndAFileIsMoreSpecific) {
  const auto users = [](const std::string& locusts) {
    return config_of(R"({"locusts": )" + locusts + "}").resolve(kUsers, kTasksets).users;
  };
  EXPECT_EQ(users(R"({"Customer": 7})"), (Numbers{7, 1, 7}));
  EXPECT_EQ(users(R"({"blog/shop.py:Customer": 3, "Customer": 7})"), (Numbers{7, 1, 3}));
  EXPECT_EQ(users(R"({"./blog/shop.py:Customer": 3})"), (Numbers{4, 1, 3}));
  // The bare name is the whole path of one of them and the name of both.
  EXPECT_EQ(users(R"({"shop.py:Customer": 9})"), (Numbers{9, 1, 9}));
  EXPECT_EQ(users(R"({"blog/shop.py:Customer": 5, "shop.py:Customer": 9, "Customer": 1})"),
            (Numbers{9, 1, 5}));
}

TEST(Weights, ThatAreNoWeightsAreNamedWithTheirPlace) {
  EXPECT_EQ(parse_error("{\n  \"locusts\": {\n    \"Customer\": -1\n  }\n}"),
            "config.json:3:17: the weight of 'Customer' must be a number of 0 or more, not -1");
  EXPECT_EQ(parse_error(R"({"tasksets": {"A": "five"}})"),
            "config.json:1:20: the weight of 'A' must be a number of 0 or more, not \"five\"");
  EXPECT_EQ(parse_error(R"({"locusts": {"A": true}})"),
            "config.json:1:19: the weight of 'A' must be a number of 0 or more, not true");
  EXPECT_EQ(parse_error(R"({"locusts": {"A": null}})"),
            "config.json:1:19: the weight of 'A' must be a number of 0 or more, not null");
  EXPECT_EQ(parse_error(R"({"locusts": {"A": {}}})"),
            "config.json:1:19: the weight of 'A' must be a number of 0 or more, not an object");
  EXPECT_EQ(parse_error(R"({"locusts": ["A"]})"),
            "config.json:1:13: 'locusts' must be an object of class names and weights, not an array");
}

TEST(Weights, OfUnknownClassesAreNamedWithTheNearestOne) {
  EXPECT_EQ(resolve_error("{\"locusts\": {\n \"Custmer\": 1}}"),
            "config.json:2:2: no user class 'Custmer' in the models. Did you mean 'Customer'?");
  EXPECT_EQ(
      resolve_error(R"({"locusts": {"shp.py:Customer": 1}})"),
      "config.json:1:14: no user class 'shp.py:Customer' in the models. Did you mean 'shop.py:Customer'?");
  EXPECT_EQ(resolve_error(R"({"locusts": {"Elephant": 1}})"),
            "config.json:1:14: no user class 'Elephant' in the models; there are Customer, Visitor");
  EXPECT_EQ(resolve_error(R"({"locusts": {"ReadReviews": 1}})"),
            "config.json:1:14: 'ReadReviews' is no user class: it belongs into 'tasksets'");
  EXPECT_EQ(resolve_error(R"({"tasksets": {"Visitor": 1}})"),
            "config.json:1:15: 'Visitor' is no TaskSet: it belongs into 'locusts'");
}

TEST(Totals, AreCheckedButOnlyWarnedAbout) {
  EXPECT_TRUE(config_of(R"({"locusts": {"A": 1, "B": 2.5}, "total_locusts": 3.5})").warnings().empty());
  EXPECT_EQ(config_of(R"({"total_tasksets": 4, "tasksets": {"A": 1, "B": 2}})").warnings(),
            (std::vector<std::string>{"config.json:1:20: total_tasksets is 4, but the weights add up to 3"}));
  EXPECT_EQ(parse_error(R"({"total_locusts": "3"})"),
            "config.json:1:19: 'total_locusts' must be a number, not \"3\"");
}

TEST(Syntax, ErrorsPointAtTheirPlace) {
  EXPECT_EQ(parse_error("{\n  \"locusts\": {\"A\": 1,}\n}").substr(0, 18), "config.json:2:22: ");
  EXPECT_EQ(parse_error("").substr(0, 17), "config.json:1:1: ");
  EXPECT_EQ(parse_error("{\"a\": 1e999}").substr(0, 13), "config.json:1");
  EXPECT_EQ(parse_error("[]"), "config.json:1:1: expected an object like {\"locusts\": {...}}, not an array");
  EXPECT_EQ(parse_error("{\"locusts\": {}, \"locusts\": {}}"),
            "config.json:1:17: 'locusts' is here for the second time, after line 1");
  EXPECT_EQ(parse_error("{} x").find('\n'), std::string::npos);
}

TEST(Syntax, UnknownKeysAreNamedWithTheNearestOne) {
  EXPECT_EQ(parse_error(R"({"locust": {}})"),
            "config.json:1:2: unknown key 'locust'. Did you mean 'locusts'?");
  EXPECT_EQ(parse_error("{\n\"wheights\": {}}"),
            "config.json:2:1: unknown key 'wheights'; the keys are locusts, tasksets, total_locusts, "
            "total_tasksets, dependencies");
}

TEST(Syntax, AnErrorIsOneLineWhateverAKeyHolds) {
  EXPECT_EQ(parse_error(R"({"bad\nkey": 1})").substr(0, 42), "config.json:1:2: unknown key 'bad\\x0akey';");
}

TEST(Syntax, ColumnsCountCharactersAndNestingHasALimit) {
  EXPECT_EQ(parse_error("{\"locusts\": {\"Käufer\": \"x\"}}").substr(0, 18), "config.json:1:24: ");
  EXPECT_EQ(parse_error("{\"locusts\": {\"a\\\"b\": -1}}").substr(0, 18), "config.json:1:22: ");
  EXPECT_NE(parse_error(std::string(100000, '[')).find("nested too deeply"), std::string::npos);
}

TEST(Syntax, AByteOrderMarkHasNoPlace) {
  EXPECT_TRUE(config_of("\xef\xbb\xbf{}").dependencies().empty());
  EXPECT_TRUE(parse_error("\xef\xbb\xbf 9").starts_with("config.json:1:2: "));
}

TEST(Dependencies, AreReadWithTheirDefaults) {
  const auto specs = NestConfig::parse(R"({"dependencies": [
      {"name": "a", "command": ["python3", "x.py"]},
      {"name": "b", "command": "echo $X", "cwd": "sub/../other", "env": {"X": "1", "Y": ""},
       "ready": {"tcp": "127.0.0.1:9000"}, "timeout": 2.5, "required": false}]})",
                                       "/project/config.json")
                         .dependencies();
  ASSERT_EQ(specs.size(), 2U);
  EXPECT_EQ(specs[0].name, "a");
  EXPECT_EQ(specs[0].command, (std::vector<std::string>{"python3", "x.py"}));
  EXPECT_EQ(specs[0].cwd, "/project");
  EXPECT_EQ(specs[0].ready.kind, process::ReadyKind::kNone);
  EXPECT_EQ(specs[0].timeout_s, 10);
  EXPECT_TRUE(specs[0].required);
  EXPECT_EQ(specs[1].command, (std::vector<std::string>{"/bin/sh", "-c", "echo $X"}));
  EXPECT_EQ(specs[1].cwd, "/project/other");
  EXPECT_EQ(specs[1].env, (std::vector<std::pair<std::string, std::string>>{{"X", "1"}, {"Y", ""}}));
  EXPECT_EQ(specs[1].ready.kind, process::ReadyKind::kTcp);
  EXPECT_EQ(specs[1].ready.value, "127.0.0.1:9000");
  EXPECT_EQ(specs[1].timeout_s, 2.5);
  EXPECT_FALSE(specs[1].required);
}

TEST(Dependencies, MistakesAreNamedWithTheirPlace) {
  const auto error = [](const std::string& dependency) {
    return parse_error(R"({"dependencies": [)" + dependency + "]}");
  };
  const std::string one_of_three = "'ready' must be an object with one of the keys http, tcp and log";
  EXPECT_EQ(error("3"), "config.json:1:19: a dependency must be an object, not 3");
  EXPECT_EQ(error(R"({"command": "x"})"), "config.json:1:19: a dependency needs a 'name'");
  EXPECT_EQ(error(R"({"name": "a"})"), "config.json:1:19: dependency 'a' needs a 'command'");
  EXPECT_EQ(error(R"({"name": "a", "comand": "x"})"),
            "config.json:1:33: unknown key 'comand'. Did you mean 'command'?");
  EXPECT_EQ(error(R"({"command": ["x", 3]})"),
            "config.json:1:37: 'command' must be a string for the shell or an array of strings, not 3");
  EXPECT_EQ(error(R"({"command": []})"), "config.json:1:31: 'command' must not be empty");
  EXPECT_EQ(error(R"({"env": {"A": 1}})"), "config.json:1:33: 'env': 'A' must be a string, not 1");
  EXPECT_EQ(error(R"({"ready": {}})"), "config.json:1:29: " + one_of_three);
  EXPECT_EQ(error(R"({"ready": {"htpp": "x"}})"),
            "config.json:1:30: unknown key 'htpp'. Did you mean 'http'?");
  EXPECT_EQ(error(R"({"timeout": 0})"), "config.json:1:31: 'timeout' must be greater than 0");
  EXPECT_EQ(error(R"({"required": "yes"})"),
            "config.json:1:32: 'required' must be true or false, not \"yes\"");
  EXPECT_EQ(error(R"({"name": "a", "command": "x"}, {"name": "a", "command": "y"})"),
            "config.json:1:50: a second dependency called 'a'");
  EXPECT_EQ(error(R"({"name": "a", "command": "x", "ready": {"tcp": "nowhere"}})").substr(0, 35),
            "config.json:1:19: dependency 'a': n");
}

TEST(Load, ReadsAFileAndNamesOneItCannotRead) {
  const auto folder =
      std::filesystem::path(testing::TempDir()) / ("nest_config_load" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const auto file = folder / "weights.json";
  std::ofstream(file) << R"({"locusts": {"Visitor": 3}})";
  EXPECT_EQ(NestConfig::load(file.string()).resolve(kUsers, kTasksets).users, (Numbers{4, 3, 2}));
  std::filesystem::remove(file);
  EXPECT_EQ(error_of([&] { NestConfig::load(file.string()); }),
            "configuration file " + file.string() + ": No such file or directory");
  EXPECT_EQ(error_of([&] { NestConfig::load(folder.string()); }),
            "configuration file " + folder.string() + ": is a directory");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace nest::cli
