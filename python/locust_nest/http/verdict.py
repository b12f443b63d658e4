"""What is recorded of a response: by its status, or by the verdict of a with-block."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from types import TracebackType
from typing import Any, Self

from locust.exception import CatchResponseError, LocustError, ResponseError
from locust.stats import StatsListener


class JudgedResponse:
    """The part of a response that decides what the request counts as. Each client's responses derive from it."""

    _report: Callable[..., None] | None = None
    _verdict: bool | BaseException | None = None
    _entered = False
    # What the model sees as the event's exception before it has judged.
    _known_failure: BaseException | None = None
    # session, method, name, response time, context, exception, start time, URL
    _recorded: tuple[Any, str, str, float, Mapping[str, Any] | None, Any, float, str]

    def _default_failure(self, name: str) -> BaseException | None:
        """What the status code or the lack of a response says; None for a success."""
        raise NotImplementedError

    def _recorded_length(self) -> int:
        """Decoded bytes; for a response that is still being read, what it announces."""
        raise NotImplementedError

    def _record(
        self,
        session: Any,
        catch_response: bool,
        method: str,
        name: str,
        response_time: float,
        context: Mapping[str, Any] | None,
        start_time: float,
        url: str,
    ) -> Self:
        """Fire the event of the request, or leave that to the end of the with-block."""
        event = session.request_event
        handlers = event._handlers
        if not catch_response and len(handlers) == 1 and type(handlers[0]) is StatsListener:
            # Nobody but the statistics listens: no event is made up.
            failure = self._default_failure(name)
            handlers[0].log(method, name, response_time, self._recorded_length(), failure)
            self._recorded = (session, method, name, response_time, context, failure, start_time, url)
            return self
        self._recorded = (session, method, name, response_time, context, self._known_failure, start_time, url)
        if catch_response:
            self._report = event.fire
        else:
            self.request_meta["exception"] = self._default_failure(name)
            event.fire(**self.request_meta)
        return self

    @cached_property
    def request_meta(self) -> dict[str, Any]:
        """The keywords of the request event; models may change them within a `with` block."""
        session, method, name, response_time, context, exception, start_time, url = self._recorded
        user_context = session.user.context() if session.user is not None else {}
        return {
            "request_type": method,
            "name": name,
            "context": {**user_context, **(context or {})},
            "response": self,
            "exception": exception,
            "response_time": response_time,
            "start_time": start_time,
            "url": url,
            "response_length": self._recorded_length(),
        }

    def __enter__(self) -> Self:
        self._entered = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        if self._report is None:
            return None
        meta = self.request_meta
        if self._verdict is not None:
            meta["exception"] = None if self._verdict is True else self._verdict
            self._report(**meta)
            return None
        if error is None:
            meta["exception"] = self._default_failure(meta["name"])
        elif isinstance(error, ResponseError):
            meta["exception"] = error
        else:
            return None  # the model's own trouble, not the server's: nothing is recorded
        self._report(**meta)
        return True

    def success(self) -> None:
        """Count the request as a success, whatever the status code; the last verdict counts."""
        self._check_entered()
        self._verdict = True

    def failure(self, exc: Any) -> None:
        """Count the request as a failure because of `exc`: an exception, or anything that describes one."""
        self._check_entered()
        self._verdict = exc if isinstance(exc, Exception) else CatchResponseError(exc)

    def _check_entered(self) -> None:
        if not self._entered:
            raise LocustError(
                "Tried to set status on a request that has not yet been made. Make sure you use a with-block, "
                "like this:\n\nwith self.client.request(..., catch_response=True) as response:\n"
                "    response.success()"
            )
