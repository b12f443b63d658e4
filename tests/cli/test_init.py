"""`locust-nest init` writes a project that can be run."""

import json
import py_compile
from pathlib import Path

import pytest
from running import RunNest

FILES = ["models/example.py", "models/reviews.py", "config.json", "example_server.py", "README.md"]


@pytest.mark.parametrize("command", ["init", "install"])
def test_writes_a_project_here_and_says_how_to_run_it(nest: RunNest, tmp_path: Path, command: str) -> None:
    result = nest(command)
    assert (result.returncode, result.stderr) == (0, "")
    written = [line.strip() for line in result.stdout.splitlines() if line.startswith("  ")]
    assert written[:-1] == FILES
    assert written[-1].startswith("locust-nest --headless -T")
    assert "cd " not in result.stdout
    assert sorted(
        str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()
    ) == sorted(FILES)


def test_its_files_are_valid(nest: RunNest, tmp_path: Path) -> None:
    nest("init")
    for name in FILES:
        if name.endswith(".py"):
            py_compile.compile(str(tmp_path / name), doraise=True)
    assert json.loads((tmp_path / "config.json").read_text())["locusts"] == {"Visitor": 3}


def test_writes_into_a_new_directory(nest: RunNest, tmp_path: Path) -> None:
    result = nest("init", "a/new one")
    assert result.returncode == 0
    assert (tmp_path / "a/new one/models/example.py").exists()
    assert "  cd 'a/new one'\n" in result.stdout


def test_overwrites_nothing(nest: RunNest, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("mine")
    (tmp_path / "README.md").write_text("mine")
    result = nest("init")
    assert result.returncode == 2
    assert (
        result.stderr
        == "locust-nest: error: init: nothing was written, because this exists: config.json, README.md\n"
    )
    assert (tmp_path / "config.json").read_text() == "mine"
    assert not (tmp_path / "models").exists()


def test_says_why_it_cannot_write(nest: RunNest, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = nest("init", "file/below")
    assert result.returncode == 2
    assert (
        result.stderr
        == "locust-nest: error: init: cannot write file/below/models/example.py: Not a directory\n"
    )


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["init", "a", "b"], "init: give at most one directory"),
        (["install", "--force"], "install: unrecognized argument: --force"),
    ],
)
def test_mistakes_are_explained(nest: RunNest, args: list[str], message: str) -> None:
    result = nest(*args)
    assert (result.returncode, result.stderr) == (2, f"locust-nest: error: {message}\n")


def test_has_a_help_of_its_own(nest: RunNest, tmp_path: Path) -> None:
    result = nest("init", "--help")
    assert result.returncode == 0
    assert result.stdout.startswith("Usage: locust-nest init [DIR]\n")
    assert list(tmp_path.iterdir()) == []


def test_the_command_it_prints_runs(nest: RunNest) -> None:
    command = nest("init").stdout.splitlines()[-1].split()[1:]
    command[command.index("15s")] = "2s"
    result = nest(*command)
    assert result.returncode == 0, result.stderr
    for name in ("/products/[id]", "Aggregated"):
        assert name in result.stderr
