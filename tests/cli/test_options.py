"""What the command line accepts, refuses and explains."""

import pytest
from running import Result, RunNest


def assert_refused(result: Result, message: str) -> None:
    assert result.stderr == f"locust-nest: error: {message}\n"
    assert result.stdout == ""
    assert result.returncode == 2


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_goes_to_stdout_and_fits_eighty_columns(nest: RunNest, flag: str) -> None:
    result = nest(flag)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("Usage: locust-nest [options] [UserClass ...]\n")
    assert max(len(line) for line in result.stdout.splitlines()) <= 80
    for option in ("--model-dir", "--include-tasksets", "--spawn-rate", "--csv PREFIX", "[LOCUST_USERS]"):
        assert option in result.stdout


@pytest.mark.parametrize("flag", ["-V", "--version"])
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
            "argument -t/--run-time: invalid time: '1h30'. Write e.g. 90, 90s, 5m, 2h or 1h30m10s",
        ),
        (
            ["--headless", "-L", "loud"],
            "argument -L/--loglevel: invalid choice: 'LOUD'"
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
        (["--html", "r.html"], "--html is not supported yet: the tables and --csv are the only reports"),
        (["--json"], "--json is not supported yet: the tables and --csv are the only reports"),
        (["-P", "80"], "-P is not supported yet: there is no web interface"),
        (["--web-port=80"], "--web-port is not supported yet: there is no web interface"),
        (["--master"], "--master is not supported yet: a run is one process"),
        (["--slave"], "--slave is not supported yet: a run is one process"),
        (["-n", "100"], "-n is not supported yet: limit the run with --run-time"),
        (["-l"], "-l is not supported yet: models can only be run, not listed"),
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
