"""`locust.argument_parser`: what models and tools reach of the command line."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from configargparse import ConfigFileParserException

import locust
import nest_engine
from locust import argument_parser
from locust.argument_parser import Namespace
from locust.event import Events
from locust_nest.cli.reading import CommandLine


@pytest.fixture
def listener() -> Iterator[None]:
    def add(parser: Any) -> None:
        parser.add_argument("--basket", type=int, default=3, env_var="SHOP_BASKET", help="Things to buy")
        parser.add_argument("--password", default="x", is_secret=True)
        parser.add_argument("--hidden", default="y", include_in_web_ui=False)
        parser.add_argument("--shop", is_required=True, is_multiple=True, choices=["a", "b"])

    locust.events.init_command_line_parser.add_listener(add)
    yield
    locust.events.init_command_line_parser.remove_listener(add)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def run_options(*args: str, events: Events | None = None) -> Namespace:
    return CommandLine(args, "locust-nest").read(locust.events if events is None else events)


def test_the_web_page_is_told_what_each_option_of_a_model_is(listener: None, elsewhere: Path) -> None:
    assert argument_parser.ui_extra_args_dict(["--basket", "5"]) == {
        "basket": {
            "default_value": 5,
            "is_secret": False,
            "is_required": False,
            "help_text": "Things to buy",
            "is_multiple": False,
            "choices": None,
        },
        "password": {
            "default_value": "x",
            "is_secret": True,
            "is_required": False,
            "help_text": None,
            "is_multiple": False,
            "choices": None,
        },
        "shop": {
            "default_value": None,
            "is_secret": False,
            "is_required": True,
            "help_text": None,
            "is_multiple": True,
            "choices": ["a", "b"],
        },
    }
    parser = argument_parser.get_parser()
    assert {"basket", "shop", "host", "num_users"} <= set(parser.args_included_in_web_ui)
    assert "hidden" not in parser.args_included_in_web_ui
    assert list(parser.secret_args_included_in_web_ui) == ["password"]
    assert list(parser.required_args_included_in_web_ui) == ["shop"]
    assert list(parser.multiple_args_included_in_web_ui) == ["shop"]


def test_the_listeners_are_asked_by_each_new_parser() -> None:
    events, parsers = Events(), []
    events.init_command_line_parser.add_listener(lambda parser: parsers.append(parser))
    made = [argument_parser.get_parser(events=events), argument_parser.get_parser(events=events)]
    assert parsers == made


def test_a_parser_reads_command_line_environment_and_configuration_files_in_locusts_order(
    listener: None, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere / ".locust.conf").write_text("users = 1\nspawn-rate 1\nhost = http://home\nbasket: 11\n")
    (elsewhere / "locust.conf").write_text("# ours\nusers = 2\nspawn-rate = 2\nheadless\ntags = [a, b]\n")
    (elsewhere / "pyproject.toml").write_text('[tool.locust]\nspawn-rate = 3.5\nexclude-tags = ["c"]\n')
    monkeypatch.setenv("LOCUST_WEB_PORT", "81")
    options = argument_parser.get_parser().parse_args(["-u", "9"])
    assert (options.num_users, options.spawn_rate, options.host, options.basket) == (
        9,
        3.5,
        "http://home",
        11,
    )
    assert (options.tags, options.exclude_tags, options.headless, options.web_port) == (
        ["a", "b"],
        ["c"],
        True,
        81,
    )


def test_a_mistake_is_one_line_and_exit_code_2(
    listener: None, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for args, message in (
        (["--baskte", "1"], "error: unrecognized arguments: --baskte\nDid you mean '--basket'?\n"),
        (["-r", "0"], "error: argument -r/--spawn-rate: must be > 0\n"),
        (["--slave"], "error: --slave does not exist any more: use --worker\n"),
        (["--shop", "c"], "error: argument --shop: invalid choice: 'c' (choose from 'a', 'b')\n"),
    ):
        with pytest.raises(SystemExit) as exit_request:
            argument_parser.get_parser().parse_args(args)
        assert exit_request.value.code == 2
        error = capsys.readouterr().err
        assert error.endswith(message)
        assert "usage" not in error


def test_parse_options_still_exists(
    listener: None, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert argument_parser.parse_options(["--basket", "4", "-t", "1m"]).run_time == 60
    assert "deprecated" in capsys.readouterr().out


def test_the_options_of_a_run_are_locusts_with_those_of_the_models(
    listener: None, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCUST_SPAWN_RATE", "7")
    monkeypatch.setenv("SHOP_BASKET", "8")
    options = run_options("-u", "5", "-f", "a.py", "--headless", "--shop", "a", "Buyer")
    assert (options.num_users, options.spawn_rate, options.headless) == (5, 7, True)
    assert (options.basket, options.shop, options.password, options.hidden) == (8, "a", "x", "y")
    assert (options.user_classes, options.locustfile, options.web_port) == (["Buyer"], "a.py", 8089)
    assert run_options("--basket=1", "-r", "2").basket == 1


def test_old_spellings_mean_the_options_of_today(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = run_options("--no-web", "-c", "5", "--hatch-rate", "2", "--csv-base-name", "x")
    assert (options.headless, options.num_users, options.spawn_rate, options.csv_prefix) == (True, 5, 2, "x")
    assert run_options("--clients=7", "-u", "8").num_users == 8
    monkeypatch.setenv("LOCUST_CLIENTS", "4")
    assert run_options().num_users == 4
    assert run_options("-u", "5").num_users == 5
    monkeypatch.setenv("LOCUST_USERS", "6")
    assert run_options().num_users == 6


def test_a_beginning_stands_for_an_option_of_today_before_an_old_one(elsewhere: Path) -> None:
    assert run_options("--us", "9", "--ho=http://x", "--ha", "3").spawn_rate == 3
    with pytest.raises(
        nest_engine.UsageError, match="^--class-picker is not supported yet: there is no web interface"
    ):
        run_options("--cl")  # --class-picker, though --clients begins so too
    with pytest.raises(SystemExit):
        run_options("--stri")  # names of ours are written in full


def test_the_letter_t_is_tags_beside_a_file(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def letters(*arguments: str) -> tuple[bool, Any]:
        options = run_options(*arguments)
        return options.include_tasksets, options.tags

    assert letters("-d", "m", "-T", "Buyer") == (True, None)
    assert letters("-T") == (True, None)
    assert letters("-f", "x.py", "-T", "a", "b") == (False, ["a", "b"])
    assert letters("-Tsmoke", "-fx.py") == (False, ["smoke"])
    monkeypatch.setenv("LOCUST_LOCUSTFILE", "x.py")
    assert letters("-T", "a") == (False, ["a"])
    assert letters("-d", "m", "-T") == (True, None)


def test_called_locust_it_has_only_locusts_options(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = CommandLine(["-T", "smoke", "-c", "3", "init"], "/usr/bin/locust").read(Events())
    assert (options.tags, options.num_users, options.include_tasksets) == (["smoke"], 3, False)
    for ours in ("--strict", "-d", "--include-tasksets"):
        with pytest.raises(SystemExit):
            CommandLine([ours], "locust").read(Events())
        assert capsys.readouterr().err.startswith(f"locust: error: unrecognized arguments: {ours}\n")


def test_what_nobody_knows_is_one_line_and_exit_code_2(
    listener: None, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_request:
        run_options("--sohp", "a")
    assert exit_request.value.code == 2
    assert capsys.readouterr().err == (
        "locust-nest: error: unrecognized arguments: --sohp\nDid you mean '--shop'?\n"
    )


def test_what_does_not_exist_yet_is_refused_by_name_and_source(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for arguments, message in (
        (["--port", "80"], "^--port is not supported yet: there is no web interface$"),
        (["-P", "80"], "^-P is not supported yet: there is no web interface$"),
        (["--slave"], "^--slave is not supported yet: a run is one process$"),
        (["--heartbeat-liveness", "3"], "^--heartbeat-liveness is not supported yet: a run is one process$"),
    ):
        with pytest.raises(nest_engine.UsageError, match=message):
            run_options(*arguments)
    monkeypatch.setenv("LOCUST_MODE_MASTER", "false")
    run_options()
    monkeypatch.setenv("LOCUST_WEB_HOST", "1.2.3.4")
    with pytest.raises(
        nest_engine.UsageError, match=r"^--web-host .* \(in the environment: LOCUST_WEB_HOST\)$"
    ):
        run_options()


def test_mistakes_in_the_environment_and_in_files_name_their_place(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def mistake() -> str:
        with pytest.raises(SystemExit):
            run_options()
        return capsys.readouterr().err

    (elsewhere / "locust.conf").write_text("spawn-rate = x")
    assert mistake() == (
        "locust-nest: error: argument -r/--spawn-rate: invalid float value: 'x' (in locust.conf: spawn-rate)\n"
    )
    (elsewhere / "locust.conf").write_text("usres = 5")
    assert mistake() == (
        "locust-nest: error: unrecognized arguments: --usres=5 (in locust.conf: usres)\n"
        "Did you mean '--users'?\n"
    )
    monkeypatch.setenv("LOCUST_USERS", "many")
    assert mistake().endswith("invalid int value: 'many' (in the environment: LOCUST_USERS)\n")
    monkeypatch.setenv("LOCUST_USERS", "1")
    monkeypatch.setenv("LOCUST_HEADLESS", "maybe")
    assert "Unexpected value for LOCUST_HEADLESS: 'maybe'" in mistake()


def test_letters_may_be_joined(elsewhere: Path) -> None:
    options = run_options("-yu5", "-r=2.5", "-t1m")
    assert (options.assume_yes, options.num_users, options.spawn_rate, options.run_time) == (True, 5, 2.5, 60)
    with pytest.raises(nest_engine.UsageError, match="write -d, or --model-dir, as an argument of its own"):
        run_options("-yd", "models")


def test_a_model_may_give_our_names_and_old_ones_a_meaning_of_its_own() -> None:
    def add(parser: Any) -> None:
        parser.add_argument("--clients", default="none")
        parser.add_argument("--port", type=int)
        parser.add_argument("-y", "--yes", default="no")
        parser.add_argument("--strict", dest="strict")
        parser.add_argument("--user")

    events = Events()
    events.init_command_line_parser.add_listener(add)
    options = run_options("--clients", "7", "--port", "80", "-u", "2", "--strict=x", events=events)
    assert (options.clients, options.port, options.num_users, options.yes) == ("7", 80, 2, "no")
    assert options.strict == "x"
    assert run_options("--user", "root", events=events).user == "root"
    # What the model does not take keeps its old meaning.
    assert run_options("-c", "4", events=events).num_users == 4


def test_defaults_that_a_model_sets_give_way_to_the_command_line() -> None:
    events = Events()
    events.init_command_line_parser.add_listener(
        lambda parser: parser.set_defaults(host="http://a", num_users=6)
    )
    assert run_options(events=events).host == "http://a"
    options = run_options("-H", "http://b", events=events)
    assert (options.host, options.num_users) == ("http://b", 6)


def test_an_option_that_the_model_requires_is_missed(capsys: pytest.CaptureFixture[str]) -> None:
    events = Events()
    events.init_command_line_parser.add_listener(lambda parser: parser.add_argument("--key", required=True))
    with pytest.raises(SystemExit):
        run_options(events=events)
    assert "the following arguments are required: --key" in capsys.readouterr().err
    assert run_options("--key", "k", events=events).key == "k"


def test_a_namespace_is_made_complete() -> None:
    given = Namespace(num_users=3, own="x")
    options = argument_parser.parsed_options(given)
    assert options is given
    assert (options.num_users, options.web_port, options.own) == (3, 8089, "x")


def test_default_args_are_those_of_locust(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCUST_USERS", "5")
    defaults = argument_parser.default_args_dict()
    assert len(defaults) == 56
    assert (defaults["num_users"], defaults["stop_timeout"], defaults["master_port"]) == (None, 0, 5557)
    assert (defaults["tags"], defaults["loglevel"], defaults["user_classes"]) == (None, "INFO", [])


def test_a_configuration_file_in_toml_is_read_by_its_first_table_that_is_there() -> None:
    parser = argument_parser.LocustTomlConfigParser(["tool.locust", "locust"])
    read = parser.parse(StringIO('[locust]\nusers = 3\ntags = ["a", "b"]\nheadless = true\n[other]\nx = 1\n'))
    assert read == {"users": "3", "tags": ["a", "b"], "headless": "True"}
    assert parser.parse(StringIO("[other]\nx = 1\n")) == {}
    with pytest.raises(ConfigFileParserException, match="Couldn't parse TOML file"):
        parser.parse(StringIO("[locust"))


def test_value_types_refuse_what_locust_refuses(tmp_path: Path) -> None:
    assert argument_parser.timespan("1h30m") == 5400
    assert argument_parser.positive_integer("3") == 3
    assert argument_parser.json_user_config('{"user_class_name": "A"}') == [{"user_class_name": "A"}]
    users = tmp_path / "users.json"
    users.write_text('[{"user_class_name": "A", "weight": 2}]')
    assert argument_parser.json_user_config(str(users)) == [{"user_class_name": "A", "weight": 2}]
    for function, value in (
        (argument_parser.raise_argument_type_error, "wrong"),
        (argument_parser.timespan, "5m30"),
        (argument_parser.timespan, ""),
        (argument_parser.positive_integer, "0"),
        (argument_parser.positive_integer, "x"),
        (argument_parser.json_user_config, "{}"),
        (argument_parser.json_user_config, "[1]"),
        (argument_parser.json_user_config, "{"),
        (argument_parser.json_user_config, "missing.json"),
    ):
        with pytest.raises(ArgumentTypeError):
            function(value)


def test_paths_of_locustfiles_are_resolved_as_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.py", "more/b.py", "more/_c.py", "more/deep/d.py", "more/text.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    options = argument_parser.parse_locustfile_option(["-f", "a.py,more", "--basket", "1"])
    assert argument_parser.get_locustfiles_locally(options) == [
        str(tmp_path / name) for name in ("a.py", "more/b.py", "more/deep/d.py")
    ]
    for missing in ("b.py", "more/text.txt"):
        with pytest.raises(SystemExit) as exit_request:
            argument_parser.parse_locustfile_paths([missing])
        assert exit_request.value.code == 1
        assert f"Could not find '{missing}'." in capsys.readouterr().err
