"""Test functions of pytest as users."""

from __future__ import annotations

import logging
from pathlib import Path

import gevent
import pytest
from api_harness import run_users, wait_until

import locust_nest.discovery
from locust.env import Environment
from locust.user.users import PytestUser, User
from locust.util.load_locustfile import load_locustfile, load_locustfile_pytest
from locust_nest.isolation import ModelImporter

FIXTURES = """
import pytest

seen = []

@pytest.fixture
def client(user=None):
    seen.append("made")
    yield Client(user)
    seen.append("closed")

class Client:
    def __init__(self, user):
        self.user = user

    def call(self, what):
        seen.append(what)
        import gevent
        gevent.sleep(0)
"""


@pytest.fixture
def file(tmp_path: Path):
    def write(text: str, name: str = "") -> str:
        # A name of its own for each test: pytest imports the file as a top-level module.
        path = tmp_path / (name or f"{tmp_path.name}_calls.py")
        path.write_text(FIXTURES + text)
        return str(path)

    return write


def seen_by(user_class) -> list:
    return user_class.functions[0].obj.__globals__["seen"]


def test_each_test_function_is_a_user_class(file):
    users = load_locustfile_pytest(
        file("def test_a(client): ...\ndef test_b(client): ...\ndef helper(): ...\n")
    )
    assert list(users) == ["test_a", "test_b"]
    assert all(issubclass(user, PytestUser) and not user.abstract for user in users.values())


def test_a_user_calls_its_function_with_what_the_fixture_made_for_it(file, caplog):
    user_class = load_locustfile_pytest(file("def test_a(client): client.call(client.user)\n"))["test_a"]
    seen = seen_by(user_class)
    run_users(user_class, until=lambda environment: len(seen) > 3)
    assert seen[0] == "made"
    assert seen[-1] == "closed"
    assert {type(entry) for entry in seen[1:-1]} == {user_class}
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_failing_requests_do_not_end_the_user(file):
    path = file(
        "import requests\n"
        "from locust.exception import CatchResponseError\n"
        "errors = [requests.HTTPError('404'), CatchResponseError('no'), ConnectionRefusedError()]\n"
        "def test_a(client):\n"
        "    client.call('called')\n"
        "    if errors: raise errors.pop()\n"
    )
    user_class = load_locustfile_pytest(path)["test_a"]
    seen = seen_by(user_class)
    run_users(user_class, until=lambda environment: seen.count("called") > 4)


@pytest.mark.parametrize("error", ["requests.exceptions.MissingSchema('x')", "AssertionError()"])
def test_other_exceptions_do(file, error):
    path = file(f"import requests\ndef test_a(client):\n    client.call('called')\n    raise {error}\n")
    user_class = load_locustfile_pytest(path)["test_a"]
    seen = seen_by(user_class)
    run_users(user_class, until=lambda environment: seen and not environment.runner.user_count)
    assert seen == ["made", "called", "closed"]


def test_with_a_stop_timeout_the_function_is_finished(file):
    path = file("def test_a(client):\n    client.call('begin')\n    client.call('end')\n")
    user_class = load_locustfile_pytest(path)["test_a"]
    seen = seen_by(user_class)
    environment = Environment(user_classes=[user_class], stop_timeout=30)
    runner = environment.create_local_runner()
    runner.start(1, 1)
    wait_until(lambda: len(seen) > 3)
    with gevent.Timeout(60):
        runner.quit()
    assert seen[-2:] == ["end", "closed"]


def test_a_parameter_must_be_a_fixture(file):
    with pytest.raises(ValueError, match="Could not find fixture for parameter 'nothing' in test_a"):
        load_locustfile_pytest(file("def test_a(nothing): ...\n"))


def test_a_file_that_cannot_be_imported_says_why(file):
    with pytest.raises(ImportError, match="no_such_module"):
        load_locustfile_pytest(file("import no_such_module\ndef test_a(client): ...\n"))


def test_the_session_fixture_is_a_client_of_the_user(file):
    user_class = load_locustfile_pytest(file("def test_a(session): ...\n"))["test_a"]
    user_class.host = "http://localhost"
    environment = Environment(user_classes=[user_class])
    user = user_class(environment)
    client = next(user_class.functions[0].fixturedef.func(user))
    assert client.base_url == "http://localhost"
    assert client.request_event is environment.events.request
    assert client.user is user


def discovered(path: str) -> list[str]:
    with ModelImporter() as importer:
        models = locust_nest.discovery.discover(locust_nest.discovery.find_locustfiles([path]), importer)
    assert not models.failures
    return [member.name for member in models.users]


def test_functions_are_users_only_where_there_is_no_user_class(file):
    functions = "def test_a(client): ...\n"
    users = "from locust import User\nclass Visitor(User): ...\n"
    assert discovered(file(functions)) == ["test_a"]
    assert discovered(file(functions + users, "test_both.py")) == ["Visitor"]


def test_a_locustfile_is_loaded_by_its_path(file):
    path = file(
        "from locust import LoadTestShape, User\n"
        "class Base(User):\n    abstract = True\n"
        "class Visitor(User): ...\n"
        "Alias = Visitor\n"
        "class Shape(LoadTestShape):\n    def tick(self): return None\n"
        "class BaseShape(LoadTestShape):\n    abstract = True\n",
        "visitors.py",
    )
    users, shapes = load_locustfile(path)
    assert list(users) == ["Visitor", "Alias"]
    assert users["Visitor"] is users["Alias"]
    assert issubclass(users["Visitor"], User)
    assert [type(shape).__name__ for shape in shapes] == ["Shape"]
