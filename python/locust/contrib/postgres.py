"""Users that query PostgreSQL. Needs the package psycopg."""

from __future__ import annotations

import time
from typing import Any

from .. import events
from .._third_party import require
from ..event import EventHook
from ..user.users import User

__all__ = ["PostgresClient", "PostgresUser", "User", "events"]

psycopg: Any = require("psycopg", "psycopg[binary]", __name__)


class PostgresClient:
    """One connection to a database."""

    def __init__(self, conn_string: str, request_event: EventHook | None = None) -> None:
        self.connection = psycopg.connect(conn_string)
        self._request_event = request_event

    def execute_query(self, query: str) -> None:
        """Execute a statement; a request of the type `postgres_success` or `postgres_failure`."""
        event: dict[str, Any] = {
            "request_type": "postgres_success",
            "name": "execute_query",
            "response_length": 0,
        }
        started = time.perf_counter()
        try:
            self.connection.execute(query)
        except psycopg.Error as error:
            event["request_type"] = "postgres_failure"
            event["exception"] = error
        event["response_time"] = int((time.perf_counter() - started) * 1000)
        (self._request_event or events.request).fire(**event)

    def close(self) -> None:
        self.connection.close()


class PostgresUser(User):
    """A user whose `client` is connected to `conn_string`."""

    abstract = True
    conn_string: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client = PostgresClient(self.conn_string, self.environment.events.request)

    def on_stop(self) -> None:
        self.client.close()
