"""One kind of failure, and how often it occurred."""

from __future__ import annotations

import hashlib
import time
from typing import Any

import nest_engine

from .._engine_attributes import Native, utf8_text
from .._texts import repr_of, text_of
from ..exception import CatchResponseError
from .entry import StatsBaseDict


class StatsErrorDict(StatsBaseDict):
    error: str
    occurrences: int
    first_seen: float | None
    last_seen: float | None


class StatsError:
    """One kind of failure: the same text for the same method and name."""

    method: str = Native()  # type: ignore[assignment]
    name: str = Native()  # type: ignore[assignment]
    occurrences: int = Native()  # type: ignore[assignment]
    first_seen: float | None = Native()  # type: ignore[assignment]
    last_seen: float | None = Native()  # type: ignore[assignment]

    def __init__(
        self,
        method: str,
        name: str,
        error: Exception | str | None,
        occurrences: int = 0,
        first_seen: float | None = None,
        last_seen: float | None = None,
    ) -> None:
        self._error = _alone(error)
        self._core = nest_engine.StatsError(
            utf8_text(method), utf8_text(name), *_error_texts(error), occurrences, first_seen, last_seen
        )

    @property
    def error(self) -> Exception | str | None:
        """What was logged first: an exception, or its text when it came from another process.

        An exception that holds on to a response or to a traceback is one like it that does not.
        """
        return self._error

    @error.setter
    def error(self, error: Exception | str | None) -> None:
        self._error = _alone(error)
        self._core.text, self._core.display = _error_texts(error)

    @classmethod
    def parse_error(cls, error: Exception | str | None) -> str:
        """The text that groups errors: `repr()` of an exception, with the address of an object masked.

        >>> StatsError.parse_error("<Lock object at 0x7f00>")
        '<Lock object at 0x....>'
        """
        text = error if isinstance(error, str) else repr_of(error)
        found = text.find("object at 0x")
        if found < 0:
            return text
        start = found + len("object at ")
        end = text.find(">", start)
        return text if end < 0 else text.replace(text[start:end], "0x....")

    @classmethod
    def create_key(cls, method: str, name: str, error: Exception | str | None) -> str:
        identity = f"{method}.{name}.{cls.parse_error(error)!r}"
        return hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()

    def occurred(self) -> None:
        """Counts one more, now."""
        self._core.occurred(time.time())

    def to_name(self) -> str:
        """The line of the error report."""
        return f"{self.method} {self.name}: {self._core.display}"

    def serialize(self) -> StatsErrorDict:
        return {
            "name": self.name,
            "method": self.method,
            "error": self._core.text,
            "occurrences": self.occurrences,
            "first_seen": self.first_seen,
            "last_seen": self.last_seen,
        }

    @classmethod
    def unserialize(cls, data: StatsErrorDict) -> StatsError:
        return cls(
            data["method"],
            data["name"],
            data["error"],
            data["occurrences"],
            data.get("first_seen"),
            data.get("last_seen"),
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "name": self.name,
            "error": self._core.text,
            "occurrences": self.occurrences,
            "first_seen": self.first_seen,
            "last_seen": self.last_seen,
        }


# Attributes of exceptions of `requests`.
_HELD = frozenset(("response", "request", "exchange"))


def _alone(error: Exception | str | None) -> Exception | str | None:
    """`error` without its response, and without the frames, and thereby users, that its traceback leads to.

    There may be thousands of kinds, each of which would keep what it has until the end of the run.
    """
    if not isinstance(error, BaseException):
        return error
    own = vars(error)
    if error.__traceback__ is None and error.__context__ is None and _HELD.isdisjoint(own):
        return error
    try:
        alone = type(error).__new__(type(error), *error.args)
        alone.args = error.args
        vars(alone).update((name, None if name in _HELD else value) for name, value in own.items())
        is_like_it = (repr(alone), str(alone)) == (repr(error), str(error))
    except Exception:  # made in a way of its own
        return error
    return alone if is_like_it else error


def _error_texts(error: Exception | str | None) -> tuple[str, str]:
    """What groups an error, and what is shown of it: of a model's own verdict only what the model said."""
    text = StatsError.parse_error(error)
    wrapper = "CatchResponseError("
    if isinstance(error, CatchResponseError) and error.args:
        shown = text_of(error.args[0])
    elif not isinstance(error, str):
        shown = repr_of(error)
    elif error.startswith(wrapper):
        shown = error[len(wrapper) : -1]
    else:
        shown = error
    return utf8_text(text), utf8_text(shown)
