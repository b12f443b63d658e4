"""Users that query MongoDB. Needs the package pymongo."""

from __future__ import annotations

import time
from typing import Any

from .. import events
from .._third_party import require
from ..event import EventHook
from ..user.users import User

__all__ = ["MongoDBClient", "MongoDBUser", "User", "events"]

_pymongo: Any = require("pymongo", "pymongo", __name__)
_errors: Any = require("pymongo.errors", "pymongo", __name__)


class MongoDBClient(_pymongo.MongoClient):
    """A client of one database, `db`."""

    def __init__(self, conn_string: str, db_name: str, request_event: EventHook | None = None) -> None:
        super().__init__(conn_string)
        self.db = self[db_name]
        self._request_event = request_event

    def execute_query(self, collection_name: str, query: dict[str, Any]) -> None:
        """Find all documents that the query is about; a request of the type `MONGODB`, named `QUERY`."""
        event: dict[str, Any] = {"request_type": "MONGODB", "name": "QUERY", "response_length": 0}
        started = time.perf_counter()
        try:
            for _ in self.db[collection_name].find(query):
                pass  # the query ends with its last document
        except _errors.PyMongoError as error:
            event["exception"] = error
        event["response_time"] = int((time.perf_counter() - started) * 1000)
        # Not `or`: pymongo's objects make attributes of anything.
        hook = events.request if self._request_event is None else self._request_event
        hook.fire(**event)


class MongoDBUser(User):
    """A user whose `client` is connected to `conn_string` and queries `db_name`."""

    abstract = True
    conn_string: str
    db_name: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client = MongoDBClient(self.conn_string, self.db_name, self.environment.events.request)

    def on_stop(self) -> None:
        self.client.close()
