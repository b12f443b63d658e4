"""The fixtures `session` and `fastsession`, for files that both pytest and the load generator run.

pytest calls the functions once, against `--host`; the load generator calls the fixtures with the user.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from locust.user.users import User


class NoOpEvent:
    """Stands in for `events.request` where nothing is counted."""

    _handlers: list[Any] = []

    def fire(self, *, reverse: bool = False, **kwargs: Any) -> None:
        pass


_config: pytest.Config


def pytest_configure(config: pytest.Config) -> None:
    # Fixtures are called by the load generator as well, which has no `request` to give them.
    global _config
    _config = config


def pytest_addoption(parser: pytest.Parser) -> None:
    try:
        parser.addoption("--host", "-H", action="store", default=None)
    except ValueError as error:
        if "already added" not in str(error):  # by another plugin, which means the same
            raise


def _session_arguments(user: User | None) -> dict[str, Any]:
    if user is None:
        return {"base_url": _config.getoption("--host"), "request_event": NoOpEvent(), "user": None}
    return {"base_url": user.host, "request_event": user.environment.events.request, "user": user}


@pytest.fixture
def session(user: User | None = None) -> Iterator[Any]:
    """An `HttpSession`, a `requests.Session` of one user."""
    # Importing locust patches the standard library: only who uses the fixture gets that.
    from locust.clients import HttpSession

    client = HttpSession(**_session_arguments(user))
    yield client
    client.close()


@pytest.fixture
def fastsession(user: User | None = None) -> Iterator[Any]:
    """A `FastHttpSession` of one user."""
    from locust.contrib.fasthttp import FastHttpSession

    yield FastHttpSession(**_session_arguments(user))
