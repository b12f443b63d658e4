#include "cli/command.h"

#include <gtest/gtest.h>

#include "base/errors.h"

namespace nest::cli {
namespace {

using Words = std::vector<std::string>;
using Kind = Command::Kind;

Command read(Words words) {
  words.insert(words.begin(), "locust-nest");
  return read_command(words);
}

std::string mistake(const Words& words) {
  try {
    read(words);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "none";
}

TEST(ReadCommand, TakesAnythingElseForATest) {
  for (const Words& words : {Words{}, Words{"-f", "init"}, Words{"Customer"}, Words{"--help"}, Words{"INIT"}})
    EXPECT_EQ(read(words).kind, Kind::kRun);
}

TEST(ReadCommand, HandsEverythingBehindPythonToPython) {
  const Command command = read({"python", "-m", "pytest", "--help", "--", "init"});
  EXPECT_EQ(command.kind, Kind::kPython);
  EXPECT_EQ(command.arguments, (Words{"-m", "pytest", "--help", "--", "init"}));
}

TEST(ReadCommand, WritesTheExampleHereOrThere) {
  EXPECT_EQ(read({"init"}).arguments, Words{"."});
  EXPECT_EQ(read({"install", "a/new one"}).arguments, Words{"a/new one"});
  EXPECT_EQ(read({"init"}).kind, Kind::kInit);
}

TEST(ReadCommand, ExplainsMistakes) {
  EXPECT_EQ(mistake({"init", "a", "b"}), "init: give at most one directory");
  EXPECT_EQ(mistake({"install", "--force"}), "install: unrecognized argument: --force");
  EXPECT_EQ(mistake({"init", ""}), "init: the name of the directory is empty");
  EXPECT_EQ(mistake({"completion"}), "completion: name a shell: bash or zsh");
  EXPECT_EQ(mistake({"completion", "fish"}), "completion: name a shell: bash or zsh");
  EXPECT_EQ(mistake({"completion", "bash", "zsh"}), "completion: name a shell: bash or zsh");
  EXPECT_EQ(mistake({"reference", "pdf"}), "reference: name a document: markdown or man");
}

TEST(ReadCommand, HelpsWithEachCommand) {
  EXPECT_EQ(read({"init", "--help"}).kind, Kind::kHelp);
  EXPECT_TRUE(read({"init", "-h"}).arguments[0].starts_with("Usage: locust-nest init [DIR]\n"));
  EXPECT_EQ(read({"completion", "--help"}).arguments[0], "Usage: locust-nest completion bash|zsh\n");
}

TEST(ReadCommand, PrintsWhatPythonMakes) {
  EXPECT_EQ(read({"completion", "zsh"}).arguments, (Words{"completion", "zsh"}));
  EXPECT_EQ(read({"reference", "man"}).kind, Kind::kPrint);
}

}  // namespace
}  // namespace nest::cli
