"""The binary under its other name: `locust`, as scripts that run Locust call it."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from running import Result, RunNest

VERSION = Path(__file__).resolve().parents[2] / "python" / "locust_nest" / "cli" / "version.py"

MODEL = """
from locust import User, events, tag, task

@events.init_command_line_parser.add_listener
def add(parser):
    parser.add_argument("--basket", type=int, default=3, env_var="SHOP_BASKET", help="Things to buy")
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--clients", default="none")

class Buyer(User):
    @tag("quick")
    @task
    def buy(self):
        o = self.environment.parsed_options
        print("bought", o.basket, o.only, o.clients, o.num_users, o.locustfile, o.user_classes, o.tags)
        self.environment.runner.quit()

class Thief(Buyer):
    pass
"""


@pytest.fixture
def locust(tmp_path: Path) -> RunNest:
    """Runs the binary by the name `locust`, in an empty directory."""
    program = Path(os.environ["LOCUST_NEST_BINARY"]).resolve().with_name("locust")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LOCUST_")}

    def run(*args: str, **variables: str) -> Result:
        return subprocess.run(
            [str(program), *args],
            cwd=tmp_path,
            env={**inherited, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


def bought(result: Result) -> str:
    lines = [line for line in result.stdout.splitlines() if line.startswith("bought")]
    assert lines, result.stdout + result.stderr
    return lines[0]


def test_it_runs_the_locustfile_of_the_directory_without_a_table(locust: RunNest, tmp_path: Path) -> None:
    (tmp_path / "locustfile.py").write_text(MODEL)
    (tmp_path / "models").mkdir()
    (tmp_path / "config.json").write_text("not ours")
    result = locust("--headless", "Buyer", "-T", "quick")
    assert bought(result) == "bought 3 None none 1 locustfile.py ['Buyer'] ['quick']"
    assert result.returncode == 0
    assert result.stdout.splitlines()[0].startswith("bought")


def test_python_runs_it_as_a_module(locust: RunNest, nest: RunNest, tmp_path: Path) -> None:
    (tmp_path / "locustfile.py").write_text(MODEL)
    for arguments in (
        ("--headless", "-u", "2", "Buyer", "--basket", "4"),
        ("--headless", "--baskte", "3"),
        ("--headless", "Nobody"),
        ("--version",),
        ("-f", "missing.py"),
    ):
        result, as_module = locust(*arguments), nest("python", "-m", "locust", *arguments)
        assert as_module.returncode == result.returncode
        assert as_module.stdout == result.stdout
        last_lines = [
            re.sub(r"(?m)^\[.*?\]", "", text.stderr).split("\n")[-2:] for text in (as_module, result)
        ]
        assert last_lines[0] == last_lines[1]


def test_a_script_calls_its_main(nest: RunNest, tmp_path: Path) -> None:
    (tmp_path / "locustfile.py").write_text(MODEL)
    (tmp_path / "script.py").write_text("from locust.main import main\nmain()\n")
    result = nest("python", "script.py", "--headless", "--basket", "5")
    assert bought(result) == "bought 5 None none 1 locustfile.py [] None"
    assert result.returncode == 0


def test_without_a_locustfile_it_says_so_as_locust_does(locust: RunNest) -> None:
    result = locust("--headless")
    assert result.returncode == 1
    assert "Could not find 'locustfile.py'. Ensure your locustfile ends with '.py'" in result.stderr


def test_the_models_options_are_read_with_those_of_locust(locust: RunNest, tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text(MODEL)
    run = ("-f", "m.py", "--headless")
    assert bought(locust(*run, "--basket", "7", "Thief")) == "bought 7 None none 1 m.py ['Thief'] None"
    assert (
        bought(locust(*run, "--only", "a", "b", "--us", "1", "Thief"))
        == "bought 3 ['a', 'b'] none 1 m.py ['Thief'] None"
    )
    assert bought(locust(*run, "--clients=2", SHOP_BASKET="9")) == "bought 9 None 2 1 m.py [] None"
    assert bought(locust(*run, LOCUST_USER_CLASSES="Thief")) == "bought 3 None none 1 m.py ['Thief'] None"
    assert bought(locust(*run, "--basket", "1", SHOP_BASKET="9")) == "bought 1 None none 1 m.py [] None"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--baskte", "3"], "unrecognized arguments: --baskte\nDid you mean '--basket'?"),
        (["--basket=x"], "argument --basket: invalid int value: 'x'"),
        (["Buyer", "--basket", "1", "Thief"], "unrecognized arguments: Thief"),
        (["-d", "models"], "unrecognized arguments: -d"),
        (["--strict"], "unrecognized arguments: --strict"),
        (["--port", "8080"], "--port is not supported yet: there is no web interface"),
        (["--s", "1"], "ambiguous option: --s could match "),
    ],
)
def test_mistakes_end_with_code_2(locust: RunNest, tmp_path: Path, args: list[str], message: str) -> None:
    (tmp_path / "locustfile.py").write_text(MODEL)
    result = locust("--headless", *args)
    assert result.returncode == 2
    assert f"locust: error: {message}" in result.stderr


def test_help_shows_the_options_of_the_models_that_are_named(
    locust: RunNest, nest: RunNest, tmp_path: Path
) -> None:
    (tmp_path / "m.py").write_text(MODEL)
    for program in (locust, nest):
        result = program("-f", "m.py", "--help")
        assert result.returncode == 0
        assert re.search(
            r"Options of these models:\n  --basket BASKET +Things to buy \[SHOP_BASKET\]", result.stdout
        )
        assert result.stdout.index("Options of these models") < result.stdout.index("Examples:")
        assert "Options of these models" not in program("--help").stdout


def test_help_comes_even_if_the_models_cannot_be_imported(nest: RunNest, tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text("import nothing_of_the_kind")
    result = nest("-f", "m.py", "--help")
    assert result.returncode == 0
    assert result.stdout.startswith("Usage: locust-nest")
    assert "the options of the models are missing" in result.stderr


def test_its_version_is_that_of_the_locust_it_follows(locust: RunNest) -> None:
    (version,) = re.findall(r'FOLLOWED_VERSION = "(.*)"', VERSION.read_text())
    assert locust("-V").stdout.startswith(f"locust {version} from locust-nest ")


def test_locust_nest_runs_the_locustfile_where_there_are_no_models(nest: RunNest, tmp_path: Path) -> None:
    (tmp_path / "locustfile.py").write_text(MODEL)
    assert bought(nest("--headless", "--basket", "2")) == "bought 2 None none 1 locustfile.py [] None"
    assert nest("--headless", "--baskt=2").stderr.endswith("Did you mean '--basket'?\n")


REQUESTS = """
from locust import User, constant, task
class A(User):
    wait_time = constant(0.01)
    @task
    def t(self):
        self.environment.events.request.fire(
            request_type="T", name="n", response_time=1, response_length=0, exception=None, context={})
"""


def test_old_limits_of_requests_and_steps_of_load_still_work(locust: RunNest, tmp_path: Path) -> None:
    (tmp_path / "locustfile.py").write_text(REQUESTS)
    result = locust("--no-web", "-c", "3", "-r", "100", "-n", "7", "--only-summary")
    assert result.returncode == 0
    # Each of the three users may have had one more under way.
    assert re.search(r"^T +n +[789] +0\(0.00%\)", result.stderr, re.MULTILINE)
    steps = ("--step-load", "--step-clients", "2", "--step-time", "1", "-c", "4", "-r", "100", "-t", "3")
    log = locust("--no-web", *steps, "--only-summary").stderr
    assert log.index("updating to 2 users") < log.index("updating to 4 users")


def test_debug_shows_where_in_its_modules_a_model_fails(locust: RunNest, tmp_path: Path) -> None:
    (tmp_path / "locustfile.py").write_text("import deep")
    (tmp_path / "deep.py").write_text("def f():\n    1/0\nf()")
    assert "Traceback" not in locust("--headless").stderr
    assert 'deep.py", line 2, in f' in locust("--headless", "-L", "DEBUG").stderr
