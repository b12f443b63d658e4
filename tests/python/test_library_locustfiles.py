"""`locust.main.merge_locustfiles_content`: what several locustfiles define together."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from locust.main import merge_locustfiles_content

FILES = {
    "shop.py": """
from locust import LoadTestShape, User, task

class Shopper(User):
    @task
    def browse(self): ...

    @task(2)
    def buy(self): ...

class Stairs(LoadTestShape):
    def tick(self): ...
""",
    "forum.py": """
from locust import LoadTestShape, User, task
from shop import Shopper

class Reader(User):
    @task
    def read(self): ...

class Ramp(LoadTestShape):
    def tick(self): ...
""",
    "other_shop.py": "from locust import User\nclass Shopper(User):\n    tasks = [print]\n",
    "other_stairs.py": "from locust import LoadTestShape\nclass Stairs(LoadTestShape):\n    def tick(self): ...\n",
    "checks.py": "def test_front_page(session): ...\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    for name in FILES:
        sys.modules.pop(name.removesuffix(".py"), None)


def test_users_and_shapes_of_all_files_and_the_first_shape_is_in_force(folder: Path) -> None:
    users, shapes, tasks, shape = merge_locustfiles_content(["shop.py", "forum.py"])
    assert list(users) == ["Shopper", "Reader"]
    assert list(shapes) == ["Stairs", "Ramp"]
    assert shape is shapes["Stairs"]
    assert {name: [task.__name__ for task in found] for name, found in tasks.items()} == {
        "Shopper": ["browse", "buy", "buy"],
        "Reader": ["read"],
    }


def test_test_functions_are_users_where_there_is_no_user_class(folder: Path) -> None:
    users, shapes, tasks, shape = merge_locustfiles_content(["checks.py"])
    assert (list(users), shapes, tasks, shape) == (["test_front_page"], {}, {"test_front_page": []}, None)
    users, *_ = merge_locustfiles_content(["shop.py", "checks.py"])
    assert list(users) == ["Shopper"]


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ("other_shop.py", "Duplicate user class names: Shopper is defined in both {0}/shop.py and {0}/{1}"),
        ("other_stairs.py", "Duplicate shape classes: Stairs"),
    ],
)
def test_two_classes_of_one_name_end_the_process(
    folder: Path, capsys: pytest.CaptureFixture[str], other: str, message: str
) -> None:
    with pytest.raises(SystemExit) as exit_request:
        merge_locustfiles_content(["shop.py", other])
    assert exit_request.value.code == 1
    assert capsys.readouterr().err == message.format(folder, other) + "\n"
