"""The users and shapes that a locustfile defines."""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
from typing import Any

from ..shape import LoadTestShape
from ..user import User
from ..user.users import PytestUser

__all__ = [
    "LoadTestShape",
    "PytestUser",
    "User",
    "is_shape_class",
    "is_user_class",
    "load_locustfile",
    "load_locustfile_pytest",
]


def is_user_class(item: object) -> bool:
    """Whether it is a user class that can be run."""
    return isinstance(item, type) and issubclass(item, User) and item.abstract is False


def is_shape_class(item: object) -> bool:
    """Whether it is a load shape that can be run."""
    return isinstance(item, type) and issubclass(item, LoadTestShape) and not item.abstract


def load_locustfile(path: str) -> tuple[dict[str, type[User]], list[LoadTestShape]]:
    """Import a file; its user classes by the names they are bound to, and one of each of its shapes.

    The working directory stays in `sys.path`; the file's own is there while the file is imported.
    """
    sys.path.insert(0, os.getcwd())
    directory, filename = os.path.split(path)
    name = os.path.splitext(filename)[0]
    if name == "locust":
        name = "locustfile"  # not to hide this package
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, directory)
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(directory)
    members = vars(module).items()
    users: dict[str, Any] = {bound: member for bound, member in members if is_user_class(member)}
    return users, [member() for _, member in members if is_shape_class(member)]


def load_locustfile_pytest(path: str) -> dict[str, type[User]]:
    """A user class for every test function that pytest collects from the file, by the function's name.

    A function's parameter is a fixture, which is called with the user: `ValueError` if there is no such
    fixture, or more than one; `ImportError` if the file cannot be imported. Needs pytest.
    """
    import pytest
    from _pytest.config import Config

    # Quiet, and standard input left alone.
    config = Config.fromdictargs({}, ["-q", "-s", *_plugins(), path])
    problems = _CollectionProblems()
    config.pluginmanager.register(problems)
    config._do_configure()
    session = pytest.Session.from_config(config)
    config.hook.pytest_sessionstart(session=session)
    session.perform_collect()
    config.hook.pytest_collection_modifyitems(session=session, config=config, items=session.items)

    if problems.found:
        raise ImportError("\n".join(problems.found))

    users: dict[str, Any] = {}
    for function in session.items:
        if isinstance(function, pytest.Function):
            _choose_fixture(session._fixturemanager, function)
            made: Any = users.get(function.name) or type(function.name, (PytestUser,), {"functions": []})
            users[function.name] = made
            made.functions.append(function)
    return users


class _CollectionProblems:
    """A plugin that notes what pytest would only tell at the end of its own run."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.found.append(report.longreprtext)


def _plugins() -> list[str]:
    from importlib.metadata import entry_points

    if any(entry.name == "locust" for entry in entry_points(group="pytest11")):
        return []  # pytest loads it by itself
    return ["-p", "pytest_locust.plugin"]


def _choose_fixture(fixtures: Any, function: Any) -> None:
    function.kwargs = {}
    for name in inspect.signature(function.obj).parameters:
        found = _fixtures_named(fixtures, name, function)
        if not found:
            raise ValueError(f"Could not find fixture for parameter {name!r} in {function.name}")
        if len(found) > 1:
            raise ValueError(f"Multiple fixtures found for parameter {name!r} in {function.name}: {found}")
        function.fixturedef = found[0]


def _fixtures_named(fixtures: Any, name: str, function: Any) -> Any:
    import pytest

    # Until pytest 8 by the node's id, since then by the node.
    by_id = int(pytest.__version__.split(".")[0]) < 8
    return fixtures.getfixturedefs(name, function.nodeid if by_id else function)
