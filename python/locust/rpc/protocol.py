"""Messages between the processes of a test, and their form on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .._third_party import require

try:
    from bson import ObjectId  # type: ignore[import-untyped]
except ImportError:

    class ObjectId:  # type: ignore[no-redef]
        """Of MongoDB, whose package is not installed: no more than its text."""

        def __init__(self, s: str) -> None:
            self._text = s

        def __str__(self) -> str:
            return self._text


__all__ = ["Message", "ObjectId", "decode", "encode"]

_DATETIME, _OBJECT_ID = "__datetime__", "__ObjectId__"
_TIME_FORMAT = "%Y%m%dT%H:%M:%S.%f"


class Message:
    """What one process tells another; a listener of `runner.register_message` is given it as `msg`.

    `data` is of plain values, lists and dicts, times and ObjectIds; `node_id` is the worker's, whoever sends, or
    "local" in a test of one process.
    """

    def __init__(self, message_type: str, data: Any, node_id: str | None) -> None:
        self.type = message_type
        self.data = data
        self.node_id = node_id

    def __repr__(self) -> str:
        return f"<Message {self.type}:{self.node_id}>"

    def serialize(self) -> bytes:
        """As msgpack; `TypeError` for data that cannot be told."""
        packed: bytes = _msgpack().packb((self.type, self.data, self.node_id), default=encode)
        return packed

    @classmethod
    def unserialize(cls, data: bytes) -> Message:
        """The message that `serialize()` made; an exception of msgpack, or `UnicodeDecodeError`, for other bytes."""
        return cls(*_msgpack().unpackb(data, raw=False, strict_map_key=False, object_hook=decode))


def encode(obj: Any) -> Any:
    """A dict in place of a time or an ObjectId, for msgpack; anything else as it is. Time zones are lost."""
    if isinstance(obj, datetime):
        return {_DATETIME: True, "as_str": obj.strftime(_TIME_FORMAT)}
    if isinstance(obj, ObjectId):
        return {_OBJECT_ID: True, "as_str": str(obj)}
    return obj


def decode(obj: Any) -> Any:
    """What `encode` was given."""
    if _DATETIME in obj:
        return datetime.strptime(obj["as_str"], _TIME_FORMAT)
    if _OBJECT_ID in obj:
        return ObjectId(obj["as_str"])
    return obj


def _msgpack() -> Any:
    return require("msgpack", "msgpack", "A message between processes")
