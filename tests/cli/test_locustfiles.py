"""What -f takes: files, directories, lists of them, addresses; and which classes of them are listed."""

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import Result, RunNest

USER = """
from locust import User, task
class {name}(User):
    @task
    def t(self): pass
"""
SHAPE = """
from locust import LoadTestShape
class S(LoadTestShape):
    def tick(self): return None
"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address at which the files of `tmp_path` are served."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path))
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def names(result: Result) -> list[str]:
    assert result.returncode == 0, result.stderr
    first, *rest = result.stdout.splitlines()
    assert first == "Available Users:"
    assert all(line.startswith("    ") for line in rest)
    return [line.strip() for line in rest]


def test_files_directories_and_lists_are_listed(nest: RunNest, tmp_path: Path) -> None:
    for name in "AB":
        write(tmp_path / f"{name}.py", USER.format(name=name))
        write(tmp_path / "d" / name / "deep.py", USER.format(name=f"Deep{name}"))
    write(tmp_path / "d" / "_left_out.py", USER.format(name="Hidden"))
    assert names(nest("-f", "A.py", "-l")) == ["A"]
    assert names(nest("-f", "A.py, B.py", "--list")) == ["A", "B"]
    assert names(nest("-f", "A,B.py", "-l")) == ["A", "B"]  # as until 2.26
    assert names(nest("-f", "d", "-l")) == ["DeepA", "DeepB"]
    assert names(nest("-l", LOCUST_LOCUSTFILE="B.py,d")) == ["B", "DeepA", "DeepB"]
    assert names(nest("-d", ".", "-l")) == ["A", "B", "DeepA", "DeepB"]


def test_a_file_is_fetched_from_an_address_and_forgotten(nest: RunNest, tmp_path: Path, served: str) -> None:
    write(tmp_path / "site" / "fetched_model.py", USER.format(name="Fetched"))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    run = functools.partial(nest, TMPDIR=str(temporary))
    assert names(run("-f", f"{served}/site/fetched_model.py", "-l")) == ["Fetched"]
    assert list(temporary.iterdir()) == []
    for address, reason in (
        ("site/missing.py", "404"),
        ("page.html", "Response was not valid python code"),
    ):
        write(tmp_path / "page.html", "<html>")
        result = run("-f", f"{served}/{address}", "-l")
        assert result.returncode == 1
        assert f"Failed to get locustfile from: {served}/{address}" in result.stderr
        assert reason in result.stderr


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ("a.py,b.py", "Duplicate user class names: A is defined in both {0}/a.py and {0}/b.py"),
        ("s.py,t.py", "Duplicate shape classes: S"),
        ("missing.py", "Could not find 'missing.py'. Ensure your locustfile ends with '.py'"),
        ("empty", "Could not find any locustfiles in directory 'empty'"),
        ("-", "only a --worker has a master"),
    ],
)
def test_what_cannot_be_used_ends_with_code_1(
    nest: RunNest, tmp_path: Path, files: str, message: str
) -> None:
    for name in "ab":
        write(tmp_path / f"{name}.py", USER.format(name="A"))
    for name in "st":
        write(tmp_path / f"{name}.py", SHAPE + USER.format(name=f"U{name}"))
    (tmp_path / "empty").mkdir()
    result = nest("-f", files, "-l")
    assert (result.returncode, result.stdout) == (1, "")
    assert message.format(tmp_path) in result.stderr


def test_a_class_that_another_file_imports_is_no_duplicate(nest: RunNest, tmp_path: Path) -> None:
    write(tmp_path / "a.py", SHAPE + USER.format(name="A"))
    write(tmp_path / "b.py", "from a import A, S\n" + USER.format(name="B"))
    assert names(nest("-f", "a.py,b.py", "-l")) == ["A", "B"]


def test_a_model_that_ends_the_import_decides_about_the_exit_code(nest: RunNest, tmp_path: Path) -> None:
    write(tmp_path / "locustfile.py", "import sys; sys.exit(3)")
    assert nest("-l").returncode == 3
