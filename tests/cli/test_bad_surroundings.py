"""Closed or full outputs, few descriptors, broken models, foreign environments: one clear line, never a traceback."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from conftest import environment_with, program
from running import RunNest

MODEL = """
from locust import User, task, constant
class Visitor(User):
    wait_time = constant(0.1)
    @task
    def visit(self):
        pass
"""
RUN = ("-f", "model.py", "--headless", "-u", "1", "-t", "1s", "--only-summary")


def in_shell(folder: Path, command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a line of bash in which $NEST is the binary."""
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment_with({"NEST": program(), **variables}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model.py").write_text(MODEL)
    return tmp_path


@pytest.mark.parametrize(
    "command", ["--help", "--version", "-f model.py --list", "completion bash", "init x"]
)
@pytest.mark.parametrize(
    ("target", "reason"), [("/dev/full", "No space left on device"), ("&-", "it is closed")]
)
def test_what_cannot_be_printed_is_one_line_and_code_1(
    folder: Path, command: str, target: str, reason: str
) -> None:
    result = in_shell(folder, f"$NEST {command} >{target}")
    assert result.returncode == 1, result.stderr
    assert result.stderr.splitlines()[-1] == f"locust-nest: error: cannot write to stdout: {reason}"
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_run_without_standard_streams_writes_its_files(folder: Path, closed: str) -> None:
    result = in_shell(folder, f"$NEST {' '.join(RUN)} --csv out {closed}")
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    rows = (folder / "out_stats.csv").read_text().splitlines()
    assert rows[0].startswith("Type,Name") and rows[-1].startswith(",Aggregated")


def test_with_too_few_descriptors_to_start_one_line_says_so(folder: Path) -> None:
    result = in_shell(folder, f"ulimit -n 10; $NEST {' '.join(RUN)}")
    assert result.returncode == 1
    assert result.stderr == (
        "locust-nest: error: only 10 files may be open at a time, too few to start: raise the limit (ulimit -n 10000)\n"
    )


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (b"from locust import *\n\0\n", "model.py: ValueError: source code string cannot contain null bytes"),
        (b"# coding: klingon\n", "model.py: SyntaxError: unknown encoding: klingon"),
        (b"raise SystemExit('bye')\n", "model.py:1: calls sys.exit('bye') while it is imported"),
        (b"raise GeneratorExit\n", "model.py:1: GeneratorExit"),
        (b"def f(): f()\nf()\n", "model.py:1: RecursionError: maximum recursion depth exceeded"),
        (
            b"class E(Exception):\n    def __str__(self): 1/0\nraise E\n",
            "model.py:3: E: <E: its str() failed>",
        ),
        (
            b"class E(Exception):\n    def __repr__(self): 1/0\nraise SystemExit(E())\n",
            "model.py:3: calls sys.exit(<E: its repr() failed>) while it is imported",
        ),
    ],
)
def test_a_model_that_cannot_be_imported_is_one_line(
    nest: RunNest, tmp_path: Path, source: bytes, line: str
) -> None:
    (tmp_path / "model.py").write_bytes(source)
    result = nest(*RUN)
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        f"locust-nest: cannot import {line}",
        "locust-nest: error: 1 model file could not be imported",
    ]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run the binary as somebody else")
def test_a_model_that_may_not_be_read_is_one_line() -> None:
    with tempfile.TemporaryDirectory() as name:  # where everybody may go, unlike pytest's
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "model.py").write_text(MODEL)
        (folder / "model.py").chmod(0)
        result = in_shell(folder, f"setpriv --reuid 65534 --clear-groups $NEST {' '.join(RUN)}")
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        f"locust-nest: cannot import model.py: PermissionError: [Errno 13] Permission denied: '{folder}/model.py'",
        "locust-nest: error: 1 model file could not be imported",
    ]


def test_an_exception_without_a_text_of_its_own_counts_like_any_other(nest: RunNest, tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("""
from locust import User, task, constant
class Silent(Exception):
    def __str__(self): raise ValueError("no text")
class Visitor(User):
    wait_time = constant(0.2)
    @task
    def visit(self):
        raise Silent
""")
    result = nest(*RUN, "--csv", "out")
    assert result.returncode == 1, result.stderr
    assert "<Silent: its str() failed>" in result.stderr
    assert "Logging error" not in result.stderr and "event handler" not in result.stderr
    assert "<Silent: its str() failed>" in (tmp_path / "out_exceptions.csv").read_text()


def test_a_configuration_that_is_not_utf_8_is_one_line(nest: RunNest, tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "config.json").write_bytes(b'{"locusts": {"\xff\xfe": 1}}')
    result = nest(*RUN, "--config-file", "config.json")
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    last = result.stderr.splitlines()[-1]
    assert last.startswith("locust-nest: error: config.json:1:15: ") and "UTF-8" in last, last


def make_environment(python: str, folder: Path) -> Path:
    """A virtual environment without pip, with a package `only_here`."""
    subprocess.run([python, "-m", "venv", "--without-pip", str(folder)], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "only_here.py").write_text("answer = 42\n")
    return folder


def other_python(version: str) -> str:
    for path in sorted(Path("~/.pyenv/versions").expanduser().glob(f"{version}.*/bin/python")):
        return str(path)
    pytest.skip(f"no Python {version} of pyenv's")


def ours() -> str:
    """A python of the version that the binary embeds, of another build if there is one."""
    for path in sorted(Path("~/.pyenv/versions").expanduser().glob("3.11.*/bin/python")):
        return str(path)
    return sys.executable


@pytest.mark.parametrize("python", [sys.executable, ours()])
def test_an_environment_of_any_build_of_the_same_python_lends_its_packages(
    nest: RunNest, tmp_path: Path, python: str
) -> None:
    environment = make_environment(python, tmp_path / "env")
    (tmp_path / "model.py").write_text(
        "import only_here, ctypes, ssl, json, sys\nprint(sys.prefix)\n" + MODEL
    )
    result = nest(*RUN, VIRTUAL_ENV=str(environment))
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[0] == str(environment)
    assert "warning" not in result.stderr


def test_an_environment_of_another_python_is_told_of(nest: RunNest, tmp_path: Path) -> None:
    environment = make_environment(other_python("3.12"), tmp_path / "env")
    (tmp_path / "model.py").write_text(MODEL)
    result = nest(*RUN, VIRTUAL_ENV=str(environment))
    assert result.returncode == 0, result.stderr
    assert result.stderr.splitlines()[0] == (
        f"locust-nest: warning: the virtual environment {environment} is of Python 3.12, "
        "but models run with Python 3.11: its packages are not used"
    )
