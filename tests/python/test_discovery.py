"""Which files are models, what is found in them, and what is said of files that cannot be imported."""

from __future__ import annotations

import builtins
import importlib
import os
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import gevent.event
import pytest

import nest_engine
from locust_nest import import_errors
from locust_nest.discovery import Models, discover, find_locustfiles, find_model_files
from locust_nest.isolation import ModelImporter


class Directory:
    """A directory of models in the working directory, as a user would have it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, text: str = "") -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        importlib.invalidate_caches()
        return path

    def files(self) -> list[str]:
        return [file.name for file in find_model_files([str(self.path)])]

    def discover(self) -> Models:
        with ModelImporter() as importer:
            return discover(find_model_files([str(self.path)]), importer)

    def users(self) -> list[str]:
        return [user.display_name for user in self.discover().users]

    def only_failure(self, text: str) -> str:
        self.write("bad.py", text)
        self.write("good.py", "from locust import User\nclass Good(User): pass")
        models = self.discover()
        assert [user.name for user in models.users] == ["Good"]
        (failure,) = models.failures
        assert "\n" not in str(failure)
        return str(failure)


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Directory]:
    monkeypatch.chdir(tmp_path)
    path, modules = list(sys.path), dict(sys.modules)
    yield Directory(tmp_path / "models")
    sys.path[:] = path
    for name in set(sys.modules) - set(modules):
        del sys.modules[name]


def test_every_python_file_at_any_depth_is_a_model_in_sorted_order(models: Directory) -> None:
    for name in ("b.py", "a.py", "z/y/x-1.py", "c/d.py", "notes.txt", "c/data.pyc"):
        models.write(name)
    assert models.files() == ["a.py", "b.py", "c/d.py", "z/y/x-1.py"]


def test_files_and_directories_with_an_underscore_or_a_dot_and_environments_are_skipped(
    models: Directory,
) -> None:
    for name in ("_a.py", ".b.py", "_c/d.py", ".git/e.py", "__pycache__/f.py", "node_modules/g.py", "h.py"):
        models.write(name)
    models.write("venv/pyvenv.cfg")
    models.write("venv/lib/i.py")
    assert models.files() == ["h.py"]


def test_links_are_followed_and_loops_end(models: Directory) -> None:
    outside = models.path.parent / "outside"
    outside.mkdir()
    (outside / "linked.py").write_text("")
    models.write("sub/a.py")
    os.symlink(outside, models.path / "link")
    os.symlink(models.path, models.path / "sub" / "loop")
    os.symlink("missing.py", models.path / "dangling.py")
    assert models.files() == ["link/linked.py", "sub/a.py"]


def test_a_file_below_two_model_directories_is_one_model(models: Directory) -> None:
    models.write("sub/a.py")
    files = find_model_files([str(models.path), str(models.path / "sub")])
    assert [file.name for file in files] == ["sub/a.py"]


def test_a_missing_model_directory_is_a_usage_error(models: Directory) -> None:
    with pytest.raises(nest_engine.UsageError, match="'nowhere' does not exist"):
        find_model_files(["nowhere"])


def test_locustfiles_are_files_and_directories(models: Directory) -> None:
    models.write("_named.py")
    models.write("dir/a.py")
    models.write("dir/_b.py")
    models.write("dir/_private/c.py")
    models.write("dir/.hidden/d.py")
    files = find_locustfiles(["models/_named.py", "models/dir", "models/dir/a.py"])
    assert [file.shown_path for file in files] == [
        "models/_named.py",
        "models/dir/_private/c.py",
        "models/dir/a.py",
    ]
    assert [file.shown_path for file in find_model_files(["models"])] == ["models/dir/a.py"]


def test_a_directory_without_locustfiles_is_a_usage_error(models: Directory) -> None:
    models.write("notes.txt")
    with pytest.raises(nest_engine.UsageError, match="Could not find any locustfiles in directory 'models'"):
        find_locustfiles(["models"])


@pytest.mark.parametrize("item", ["missing.py", "models/notes.txt"])
def test_a_locustfile_that_is_none_is_a_usage_error_with_exit_code_1(models: Directory, item: str) -> None:
    models.write("notes.txt")
    with pytest.raises(nest_engine.UsageError, match=f"Could not find '{item}'") as raised:
        find_locustfiles([item])
    assert raised.value.exit_code == 1


def test_users_that_are_not_abstract_are_found_imported_ones_too(models: Directory) -> None:
    models.write(
        "shop.py",
        """
        from locust import HttpUser, User, task
        from bases import Imported, Abstract
        class Shopper(HttpUser): pass
        class Base(User):
            abstract = True
        class Derived(Base): pass
        class _Underscored(User): pass
        _also_shopper = Shopper
        class Inner:
            class Nested(User): pass
        """,
    )
    helper = models.path.parent / "bases.py"
    helper.write_text(
        "from locust import User\nclass Imported(User): pass\nclass Abstract(User):\n    abstract = True\n"
    )
    assert sorted(models.users()) == ["Derived", "Imported", "Shopper", "_Underscored"]


def test_an_underscore_hides_a_class_of_the_api_until_0_14(models: Directory) -> None:
    models.write(
        "old.py",
        """
        from locust import HttpLocust, TaskSet
        class Steps(TaskSet): pass
        class _Base(HttpLocust):
            task_set = Steps
        class Seen(_Base): pass
        """,
    )
    assert models.users() == ["Seen"]


def test_a_class_imported_by_other_models_counts_once_for_the_file_that_defines_it(models: Directory) -> None:
    models.write("all.py", "from models.zoo import Keeper\nfrom visitor import Visitor")
    models.write("visitor.py", "from locust import User\nclass Visitor(User): pass")
    models.write("zoo.py", "from locust import User\nclass Keeper(User): pass")
    found = models.discover()
    assert [(user.name, user.file.name) for user in found.users] == [
        ("Keeper", "zoo.py"),
        ("Visitor", "visitor.py"),
    ]


def test_classes_of_the_same_name_get_their_file_into_their_name(models: Directory) -> None:
    for directory in "ab":
        models.write(f"{directory}/locustfile.py", "from locust import User\nclass WebsiteUser(User): pass")
    models.write("c.py", "from locust import User\nclass Other(User): pass")
    users = models.discover().users
    names = ["WebsiteUser (a/locustfile.py)", "WebsiteUser (b/locustfile.py)", "Other"]
    assert [user.display_name for user in users] == names
    assert [getattr(user.cls, "_shown_name", "Other") for user in users] == names
    assert [user.cls.__name__ for user in users] == ["WebsiteUser", "WebsiteUser", "Other"]
    assert [user.name for user in users] == ["WebsiteUser", "WebsiteUser", "Other"]


def test_classes_made_in_a_loop_go_by_the_names_they_are_bound_to(models: Directory) -> None:
    models.write(
        "made.py",
        """
        from locust import User
        def make(n):
            class Made(User):
                number = n
            return Made
        First, Second = make(1), make(2)
        """,
    )
    assert sorted(models.users()) == ["Made", "Second"]


def test_default_weights_are_the_models_own_or_1(models: Directory) -> None:
    models.write(
        "w.py",
        """
        from locust import User
        class Heavy(User):
            weight = 7
        class Heir(Heavy): pass
        class Plain(User): pass
        """,
    )
    weights = {user.name: user.default_weight for user in models.discover().users}
    assert weights == {"Heavy": 7, "Heir": 7, "Plain": 1}


def test_a_silent_legacy_class_weighs_10_beside_one_with_a_weight(models: Directory) -> None:
    models.write(
        "old.py",
        """
        from locust import Locust, TaskSet
        class Silent(Locust):
            task_set = TaskSet
        """,
    )
    weights = {user.name: user.default_weight for user in models.discover().users}
    assert weights == {"Silent": 1}
    models.write(
        "older.py",
        """
        from locust import Locust, TaskSet, User
        class Heavy(Locust):
            task_set = TaskSet
            weight = 25
        class Modern(User): pass
        """,
    )
    weights = {user.name: user.default_weight for user in models.discover().users}
    assert weights == {"Silent": 10, "Heavy": 25, "Modern": 1}


def test_tasksets_are_loose_unless_somebody_runs_them(models: Directory) -> None:
    models.write(
        "sets.py",
        """
        from locust import HttpUser, SequentialTaskSet, TaskSet, task
        class Empty(TaskSet): pass
        class Inner(TaskSet):
            @task
            def t(self): pass
        class UsedBase(TaskSet):
            @task
            def t(self): pass
        class Used(UsedBase):
            tasks = {Inner: 3}
        class Loose(TaskSet):
            @task
            def t(self): pass
            @task
            class Nested(TaskSet):
                @task
                def t(self): pass
        class Sequence(SequentialTaskSet):
            weight = 5
            @task
            def t(self): pass
        class _Hidden(Loose): pass
        class Shopper(HttpUser):
            tasks = [Used]
        """,
    )
    models.write("other.py", "from sets import Loose")
    tasksets = {taskset.name: taskset.default_weight for taskset in models.discover().tasksets}
    assert tasksets == {"Inner": 0, "UsedBase": 0, "Used": 0, "Loose": 1, "Sequence": 5}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import os\nprint 'x'", "bad.py:2: Python 2 syntax, print statement"),
        ("try:\n    pass\nexcept ValueError, e:\n    pass", "bad.py:3: Python 2 syntax, `except X, e`"),
        ("x = 1\nraise ValueError, 'x'", "bad.py:2: Python 2 syntax, `raise X, message`"),
        ("if 1 <> 2: pass", "bad.py:1: Python 2 syntax, `<>` operator"),
        ("x = 0777", "bad.py:1: Python 2 syntax, octal number without 0o"),
        ("x = 10L", "bad.py:1: Python 2 syntax, long number"),
        ("\nimport urllib2", "bad.py:2: Python 2 code: No module named 'urllib2' in Python 3"),
        (
            "from urllib import urlencode",
            "bad.py:1: Python 2 code: cannot import name 'urlencode' from 'urllib'",
        ),
        (
            "x = {}\nx.has_key(1)",
            "bad.py:2: Python 2 code: AttributeError: 'dict' object has no attribute 'has_key'",
        ),
        ("x = xrange(3)", "bad.py:1: Python 2 code: NameError: name 'xrange' is not defined"),
        ("x = (1,\n", "bad.py:1: SyntaxError: '(' was never closed"),
        ("import sys\nsys.exit('no data')", "bad.py:2: calls sys.exit('no data') while it is imported"),
        ("exit()", "bad.py:1: calls sys.exit(0) while it is imported"),
        ("def f():\n    return 1 / 0\n\nf()", "bad.py:2: ZeroDivisionError: division by zero"),
        ("import json\njson.loads('{')", "bad.py:2: JSONDecodeError: "),
        ("open('users.csv')", "bad.py:1: FileNotFoundError: "),
        (
            "import os\nos.environ['NEST_TEST_UNSET']",
            "bad.py:2: needs the environment variable 'NEST_TEST_UNSET'",
        ),
        (
            "import no_such_thing.sub",
            "bad.py:1: No module named 'no_such_thing', neither installed nor a file",
        ),
        ("from os import no_such_name", "bad.py:1: ImportError: cannot import name 'no_such_name' from 'os'"),
        ("raise Exception('several\\nlines')", "bad.py:1: Exception: several lines"),
        ("raise AssertionError", "bad.py:1: AssertionError"),
        ("import gevent\nraise gevent.GreenletExit", "bad.py:2: GreenletExit"),
        ("x = '\0'", "bad.py"),
    ],
)
def test_a_file_that_cannot_be_imported_is_reported_in_one_line_and_the_others_go_on(
    models: Directory, text: str, message: str
) -> None:
    assert models.only_failure(text).startswith("models/" + message)


def test_the_line_reported_is_the_models_even_if_a_helper_is_to_blame(models: Directory) -> None:
    models.write("_helper.py", "def f():\n    return 1 / 0\n")
    report = models.only_failure("from _helper import f\n\nf()")
    assert report == "models/bad.py:3: ZeroDivisionError: division by zero (raised in models/_helper.py:2)"


def test_a_helper_that_does_not_parse_is_reported_with_its_own_position_too(models: Directory) -> None:
    models.write("_helper.py", "x = 1\nprint 'x'")
    report = models.only_failure("\nimport _helper")
    assert report.startswith("models/bad.py:2: Python 2 syntax, print statement")
    assert report.endswith("in models/_helper.py:2")


def test_a_missing_package_is_named_as_it_is_installed(
    models: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(import_errors._PACKAGES, "absent_module", "absent-package")
    report = models.only_failure("import absent_module.client")
    assert (
        report == "models/bad.py:1: No module named 'absent_module'; is the package absent-package installed?"
    )


def test_a_keyboard_interrupt_while_importing_comes_out(models: Directory) -> None:
    models.write("slow.py", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        models.discover()


def test_slow_imports_report_their_progress(models: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locust_nest.discovery.PROGRESS_INTERVAL_S", 0)
    models.write("one.py")
    models.write("two.py")
    lines: list[str] = []
    with ModelImporter() as importer:
        discover(find_model_files([str(models.path)]), importer, lines.append)
    assert lines[0] == "Importing models: 1 of 2, models/one.py"
    assert lines[1].startswith("Imported models/one.py in 0.")
    assert len(lines) == 4


def test_progress_is_reported_while_a_model_waits(models: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locust_nest.discovery.PROGRESS_INTERVAL_S", 0.05)
    models.write(
        "waiting.py", "import builtins, gevent\nwith gevent.Timeout(20): builtins.nest_test_event.wait()"
    )
    event = gevent.event.Event()
    monkeypatch.setattr(builtins, "nest_test_event", event, raising=False)
    lines: list[str] = []

    def progress(line: str) -> None:
        lines.append(line)
        event.set()

    with ModelImporter() as importer:
        found = discover(find_model_files([str(models.path)]), importer, progress)
    assert lines[0] == "Importing models: 1 of 1, models/waiting.py"
    assert found.failures == []


def test_a_model_cannot_change_the_working_directory_of_the_others(
    models: Directory,
) -> None:
    text = "import os\nfound = os.path.exists('models')\nos.chdir(os.path.dirname(__file__))\nassert found"
    models.write("one.py", text)
    models.write("two.py", text)
    before = os.getcwd()
    assert models.discover().failures == []
    assert os.getcwd() == before


def test_a_file_that_raises_what_is_no_exception_does_not_keep_the_others_from_running(
    models: Directory,
) -> None:
    assert "bad.py:1" in models.only_failure("raise GeneratorExit")
    assert "bad.py:2" in models.only_failure("import pytest\npytest.importorskip('no_such_module_at_all')")
