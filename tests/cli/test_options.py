"""What the command line accepts, refuses and explains."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from running import Result, RunNest

PROGRAM = str(Path(os.environ.get("LOCUST_NEST_BINARY", "")).resolve())
USER = """
from locust import User, task
class A(User):
    @task
    def t(self): pass
"""


def assert_refused(result: Result, message: str) -> None:
    assert result.stderr == f"locust-nest: error: {message}\n"
    assert result.stdout == ""
    assert result.returncode == 2


@pytest.mark.parametrize("flag", ["-h", "--help", "--hel"])
def test_help_goes_to_stdout_and_fits_eighty_columns(nest: RunNest, flag: str) -> None:
    result = nest(flag)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("Usage: locust-nest [options] [UserClass ...]\n")
    assert max(len(line) for line in result.stdout.splitlines()) <= 80
    for option in ("--model-dir", "--include-tasksets", "--spawn-rate", "--csv PREFIX", "[LOCUST_USERS]"):
        assert option in result.stdout


def test_help_uses_the_width_of_the_terminal(nest: RunNest) -> None:
    widths = [
        max(len(line) for line in nest("--help", COLUMNS=str(columns)).stdout.splitlines())
        for columns in (80, 200)
    ]
    assert widths[0] <= 80
    assert 100 < widths[1] <= 120


def test_help_has_every_option_that_is_not_hidden(nest: RunNest) -> None:
    text = nest("--help").stdout
    for option in ("--config", "--web-port", "--worker", "--html", "--stop-timeout", "--csv-base-name"):
        assert re.search(rf"[\s(]{option}\b", text), option
    assert "--headful" not in text
    assert "--web-auth" not in text


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ["--resolve", "a.test:80"],
            "argument --resolve: 'a.test:80' is not of the form host:port:address[,address]",
        ),
        (
            ["--local-address", "127.0.0.1,192.0.2.1"],
            "argument --local-address: 192.0.2.1 is no address of this machine (Cannot assign requested address)",
        ),
        (["--dns-ttl", "-1"], "argument --dns-ttl: '-1' is no number of seconds"),
        (
            ["--http-transport", "pigeon"],
            "argument --http-transport: invalid choice: 'pigeon' (choose from 'direct', 'curl')",
        ),
        (
            ["--dns-addresses", "all"],
            "argument --dns-addresses: invalid choice: 'all' (choose from 'first', 'rotate')",
        ),
        *(
            (["--io-threads", text], f"argument --io-threads: '{text}' is no number from 1 to 64")
            for text in ("0", "65", "-1", "two", "1.5")
        ),
    ],
)
def test_a_mistake_about_the_network_is_told_before_models_are_imported(
    nest: RunNest, tmp_path: Path, args: list[str], message: str
) -> None:
    (tmp_path / "locustfile.py").write_text("print('imported')")
    assert_refused(nest("--headless", "-f", "locustfile.py", *args), message)


def test_a_class_with_a_foreign_address_is_named(nest: RunNest, tmp_path: Path) -> None:
    (tmp_path / "locustfile.py").write_text(f"{USER}    local_address = '192.0.2.1'\n")
    result = nest("--headless", "-f", "locustfile.py", "-t", "1")
    problem = "A: 192.0.2.1 is no address of this machine (Cannot assign requested address)"
    assert f"locust-nest: error: {problem}\n" in result.stderr
    assert result.returncode == 2


@pytest.mark.parametrize("flag", ["-V", "--version", "--ver"])
def test_version(nest: RunNest, flag: str) -> None:
    result = nest(flag)
    assert (result.returncode, result.stderr) == (0, "")
    name, version = result.stdout.split()
    assert name == "locust-nest"
    assert version[0].isdigit()


def test_help_wins_over_an_error_that_follows(nest: RunNest) -> None:
    assert nest("--help", "--nonsense").returncode == 0


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--usres", "5"], "unrecognized arguments: --usres\nDid you mean '--users'?"),
        (["--xyzzy-plugh"], "unrecognized arguments: --xyzzy-plugh"),
        (["--headless", "-u"], "argument -u/--users: expected one argument"),
        (["-u", "--headless"], "argument -u/--users: expected one argument"),
        (["--headless", "-u", "ten"], "argument -u/--users: invalid int value: 'ten'"),
        (["--headless", "-r", "0"], "argument -r/--spawn-rate: must be > 0"),
        (
            ["--headless", "-t", "1h30"],
            "argument -t/--run-time: Invalid time span format."
            " Valid formats: 20, 20s, 3m, 2h, 1h20m, 3h30m10s, etc.",
        ),
        (
            ["--headless", "-L", "loud"],
            "argument --loglevel/-L: invalid choice: 'LOUD'"
            " (choose from 'DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL')",
        ),
        (["--headless=yes"], "argument --headless: ignored explicit argument 'yes'"),
    ],
)
def test_mistakes_are_explained(nest: RunNest, args: list[str], message: str) -> None:
    assert_refused(nest(*args), message)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["-P", "80"], "-P is not supported yet: there is no web interface"),
        (["--web-port=80"], "--web-port is not supported yet: there is no web interface"),
        (["--master"], "--master is not supported yet: a run is one process"),
        (["--slave"], "--slave is not supported yet: a run is one process"),
    ],
)
def test_options_that_come_later_are_refused_by_name(nest: RunNest, args: list[str], message: str) -> None:
    assert_refused(nest("--headless", *args), message)


def test_a_run_needs_headless(nest: RunNest) -> None:
    assert_refused(
        nest("-u", "5"), "the web interface does not exist yet: add --headless to start the test at once"
    )


@pytest.mark.parametrize(
    "args", [["--headless"], ["--no-web", "-c", "5", "--hatch-rate", "2"], ["--configure"]]
)
def test_without_models_and_without_a_terminal_it_says_what_to_do(nest: RunNest, args: list[str]) -> None:
    assert_refused(
        nest(*args),
        "no models: there is no directory 'models' and no locustfile.py here. Name a directory with -d DIR,"
        " a file with -f FILE, or write an example with 'locust-nest init'",
    )


def test_the_environment_sets_options_and_its_mistakes_name_the_variable(nest: RunNest) -> None:
    assert "no models" in nest(LOCUST_HEADLESS="true").stderr
    assert_refused(
        nest("--headless", LOCUST_USERS="many"),
        "argument -u/--users: invalid int value: 'many' (in the environment: LOCUST_USERS)",
    )
    assert "no models" in nest("--headless", "-u", "1", LOCUST_USERS="many").stderr


def test_python_gets_its_arguments_untouched(nest: RunNest) -> None:
    result = nest(
        "python", "-c", "import sys; print(sys.argv[1:]); sys.exit(7)", "--help", "-x", "--", "init"
    )
    assert result.stdout == "['--help', '-x', '--', 'init']\n"
    assert result.returncode == 7


@pytest.mark.parametrize("arguments", [["--help"], ["-f", "m.py", "--help"], ["-f", "m.py", "-l"]])
def test_a_reader_that_has_seen_enough_is_no_mistake(
    nest: RunNest, tmp_path: Path, arguments: list[str]
) -> None:
    (tmp_path / "m.py").write_text(USER)
    reading, writing = os.pipe()
    os.close(reading)
    result = subprocess.run(
        [PROGRAM, *arguments],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    os.close(writing)
    assert result.returncode == 0
    assert "Traceback" not in result.stderr
    assert "BrokenPipe" not in result.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["-f", "m.py", "-l"], ["-f", "m.py", "--show-task-ratio"]])
def test_a_full_disk_behind_stdout_is_one_line(nest: RunNest, tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "m.py").write_text(USER)
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [PROGRAM, *arguments],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == (
        "locust-nest: error: cannot write to stdout: No space left on device"
    )


def test_plugins_that_are_installed_are_imported(nest: RunNest, tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text(USER)
    plugins = tmp_path / "elsewhere" / "locust_plugins.py"
    plugins.parent.mkdir()
    plugins.write_text(
        "from locust import events\n"
        "events.init_command_line_parser.add_listener(lambda parser: parser.add_argument('--plugged'))\n"
    )
    assert nest("-f", "m.py", "-l", "--plugged", "1", PYTHONPATH=str(plugins.parent)).returncode == 0
    plugins.write_text("1/0")
    result = nest("-f", "m.py", "-l", PYTHONPATH=str(plugins.parent))
    assert result.returncode == 0
    assert "locust_plugins is installed and cannot be imported: division by zero" in result.stderr
