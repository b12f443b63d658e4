"""What the questions at the terminal accept, refuse and write."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest

import nest_engine
from locust import TaskSet, User
from locust_nest.discovery import ModelClass, ModelFile
from locust_nest.weights import Weighted
from locust_nest.wizard import Wizard, parse_weight, read_line, save


class Terminal:
    """Gives prepared answers and keeps what was asked and told."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.told: list[str] = []
        self.wizard = Wizard(self._read, self.told.append)

    def _read(self, prompt: str) -> str:
        self.asked.append(prompt)
        if not self.answers:
            raise EOFError
        return self.answers.pop(0)


def user(name: str, weight: float, fixed_count: int = 0, file: str = "shop.py") -> Weighted:
    cls = type(User)(name, (User,), {"fixed_count": fixed_count})
    return Weighted(ModelClass(cls, name, ModelFile(f"/m/{file}", file, "/m"), weight, name), weight)


def taskset(name: str, weight: float) -> Weighted:
    cls = type(TaskSet)(name, (TaskSet,), {})
    return Weighted(ModelClass(cls, name, ModelFile("/m/shop.py", "shop.py", "/m"), weight, name), weight)


def test_every_weight_is_asked_for_and_enter_keeps_the_one_in_force() -> None:
    terminal = Terminal("7", "", " 0.5 ")
    users, tasksets = [user("A", 1), user("B", 4)], [taskset("T", 2)]
    terminal.wizard.configure(users, tasksets)
    assert terminal.asked == ["Weight of A [1]: ", "Weight of B [4]: ", "Weight of TaskSet T [2]: "]
    assert [entry.weight for entry in (*users, *tasksets)] == [7, 4, 0.5]


@pytest.mark.parametrize("bad", ["-1", "many", "nan", "inf", "1,5", "1 2", "--"])
def test_bad_input_is_named_and_asked_for_again(bad: str) -> None:
    terminal = Terminal(bad, "3")
    users = [user("A", 1)]
    terminal.wizard.configure(users, [])
    assert users[0].weight == 3
    assert terminal.asked == ["Weight of A [1]: "] * 2
    assert f"'{bad}' is not a weight: give a number, 0 or more." in terminal.told


def test_each_answer_is_followed_by_the_share_it_makes() -> None:
    terminal = Terminal("3", "0", "1")
    terminal.wizard.configure([user("A", 1), user("B", 4)], [taskset("T", 1)])
    assert terminal.told[-3:] == [
        "    3 of 8: 37.5% (1/3)",
        "    0 of 4: left out (2/3)",
        "    1 of 4: 25.0% (3/3)",
    ]


def test_one_may_go_back() -> None:
    terminal = Terminal("<", "2", "<", "5", "6")
    users = [user("A", 1), user("F", 1, fixed_count=3), user("B", 4)]
    terminal.wizard.configure(users, [])
    assert [entry.weight for entry in users] == [5, 1, 6]
    assert terminal.asked == [f"Weight of {what}: " for what in ("A [1]", "A [1]", "B [4]", "A [2]", "B [4]")]


def test_weights_with_which_nothing_runs_are_asked_for_again() -> None:
    terminal = Terminal("0", "0", "0", "1")
    users = [user("A", 1), user("B", 4)]
    terminal.wizard.configure(users, [])
    assert [entry.weight for entry in users] == [0, 1]
    assert "Nothing would run: every class has the weight 0. Once more, from the first." in terminal.told


def test_a_fixed_count_is_told_and_not_asked_for() -> None:
    terminal = Terminal()
    terminal.wizard.configure([user("A", 1, fixed_count=2)], [])
    assert terminal.asked == []
    assert "A: always 2 users (fixed_count)" in terminal.told


def test_the_end_of_the_input_is_a_usage_error_that_names_the_question() -> None:
    terminal = Terminal("1")
    with pytest.raises(nest_engine.UsageError, match=r"the input ended at the question 'Weight of B \[4\]'"):
        terminal.wizard.configure([user("A", 1), user("B", 4)], [])


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [("", True), ("y", True), ("YES", True), ("n", False), ("No", False)],
)
def test_yes_and_no(answer: str, meaning: bool) -> None:
    assert Terminal(answer).wizard.confirm("Run?") is meaning


def test_an_answer_that_is_neither_yes_nor_no_is_asked_for_again() -> None:
    terminal = Terminal("maybe", "n")
    assert terminal.wizard.confirm("Run?") is False
    assert terminal.told == ["Please answer y or n."]


def test_the_model_directory_is_asked_for_until_it_exists(tmp_path: Path) -> None:
    terminal = Terminal("nowhere", "", str(tmp_path))
    assert terminal.wizard.model_directory() == str(tmp_path)
    assert terminal.told == ["There is no directory 'nowhere'."]


def test_saving_is_offered_and_may_be_declined(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    assert Terminal("n").wizard.offer_to_save(str(path), [user("A", 1)], []) is False
    assert not path.exists()
    assert Terminal("y").wizard.offer_to_save(str(path), [user("A", 2)], []) is True
    assert json.loads(path.read_text()) == {"locusts": {"A": 2}, "total_locusts": 2}


def test_the_weights_may_be_saved_to_another_file_with_all_else_the_first_has(tmp_path: Path) -> None:
    path, other = tmp_path / "config.json", tmp_path / "my peak.json"
    path.write_text('{"locusts": {"A": 1}, "dependencies": []}')
    terminal = Terminal("later", str(other))
    assert terminal.wizard.offer_to_save(str(path), [user("A", 2)], []) is True
    assert json.loads(other.read_text()) == {"locusts": {"A": 2}, "dependencies": [], "total_locusts": 2}
    assert json.loads(path.read_text())["locusts"] == {"A": 1}
    assert terminal.told == [
        "Please answer y, n, or with the name of a .json file.",
        f"Saved {other}",
        f"To use it: --config_file '{other}'",
    ]


def test_saving_keeps_what_else_is_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.json"
    save(str(path), [user("A", 1)], [taskset("T", 2)])
    config = json.loads(path.read_text())
    assert config == {"locusts": {"A": 1}, "total_locusts": 1, "tasksets": {"T": 2}, "total_tasksets": 2}
    path.write_text(json.dumps({**config, "dependencies": [{"name": "data", "command": ["true"]}]}))
    path.chmod(0o640)
    save(str(path), [user("W", 3, file="a.py"), user("W", 4, file="b.py")], [])
    saved = json.loads(path.read_text())
    assert saved["locusts"] == {"a.py:W": 3, "b.py:W": 4}
    assert saved["tasksets"] == {"T": 2}
    assert saved["dependencies"] == [{"name": "data", "command": ["true"]}]
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(path.parent) == ["config.json"]


def test_a_file_that_cannot_be_written_or_is_no_configuration_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(nest_engine.UsageError, match="cannot write the configuration file"):
        save(str(tmp_path), [user("A", 1)], [])
    path = tmp_path / "config.json"
    path.write_text("[1")
    with pytest.raises(nest_engine.UsageError, match="is not a JSON object"):
        save(str(path), [user("A", 1)], [])
    assert path.read_text() == "[1"


def test_answers_from_a_pipe_are_echoed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("5\n"))
    assert read_line("Weight: ") == "5"
    assert capsys.readouterr().out == "Weight: 5\n"


def test_whole_weights_are_integers() -> None:
    assert repr(parse_weight("3.0")) == "3" and repr(parse_weight("2.5")) == "2.5"
