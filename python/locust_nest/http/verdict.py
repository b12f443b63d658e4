"""What is recorded of a response: by its status, or by the verdict of a with-block."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

from locust.exception import CatchResponseError, LocustError, ResponseError
from locust.stats import StatsListener

from .parts import LazyPart

JudgedT = TypeVar("JudgedT", bound="JudgedResponse")


def _full_context(session: Any, context: Mapping[str, Any] | None) -> dict[str, Any]:
    """What listeners are told: the context of the user, under that of the request."""
    of_user = {} if session.user is None else session.user.context()
    return {**of_user, **context} if context else dict(of_user)


# Keys of `locust_request_meta`, and what they are called in `request_meta`.
_LEGACY_META = {
    "method": "request_type",
    "name": "name",
    "response_time": "response_time",
    "content_size": "response_length",
    "start_time": "start_time",
}


class JudgedResponse:
    """The part of a response that decides what the request counts as. Each client's responses derive from it."""

    _report: Callable[..., None] | None = None
    _verdict: bool | BaseException | None = None
    _entered = False
    # Of a user of the API until 0.14: a verdict is reported when it is given, each of them.
    _is_legacy = False
    # What such a request was called by its `name=`.
    _given_name: str | None = None
    _was_reported = False
    # What the model sees as the event's exception before it has judged.
    _known_failure: BaseException | None = None
    # session, method, name, response time, context, exception or text of one to be made, start time, URL
    _recorded: tuple[Any, str, str, float, Mapping[str, Any] | None, Any, float, str]

    def _default_failure(self, name: str) -> BaseException | None:
        """What the status code or the lack of a response says; None for a success."""
        raise NotImplementedError

    def _status_failure(self, text: str) -> BaseException:
        """That of a status, with this text."""
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
            exchange = self.__dict__.get("_exchange")
            handlers[0].log(method, name, response_time, self._recorded_length(), failure, exchange)
            self._recorded = (session, method, name, response_time, context, failure, start_time, url)
            return self
        if catch_response:
            context = _full_context(session, context)  # now: the user's may change before the block ends
        failure = self._known_failure if catch_response else self._default_failure(name)
        self._recorded = (session, method, name, response_time, context, failure, start_time, url)
        if catch_response:
            self._report = event.fire
        else:
            event.fire(**self._event_keywords())
        return self

    @LazyPart
    def request_meta(self) -> dict[str, Any]:
        """The keywords of the request event; models may change them within a `with` block.

        Made for those who look: a response that has it refers to itself, and is only freed by the garbage collector.
        """
        return self._event_keywords()

    def _event_keywords(self) -> dict[str, Any]:
        session, method, name, response_time, context, exception, start_time, url = self._recorded
        if isinstance(exception, str):  # so far only the statistics knew of it
            exception = self._status_failure(exception)
        return {
            "request_type": method,
            "name": name,
            "context": _full_context(session, context) if self._report is None else context,
            "response": self,
            "exception": exception,
            "response_time": response_time,
            "start_time": start_time,
            "url": url,
            "response_length": self._recorded_length(),
        }

    @LazyPart
    def locust_request_meta(self) -> dict[str, Any]:
        """What `request_meta` was until 0.14; models may change it before they judge."""
        return {old: self.request_meta[new] for old, new in _LEGACY_META.items()}

    @property
    def _manual_result(self) -> bool | BaseException | None:
        """Locust's name of the verdict, which models look at that judge what nobody has judged yet."""
        return self._verdict

    @_manual_result.setter
    def _manual_result(self, verdict: bool | BaseException | None) -> None:
        self._verdict = verdict

    # Not Self, of which jedi knows only the class that it stands in.
    def __enter__(self: JudgedT) -> JudgedT:
        self._entered = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        if self._report is None:
            return None
        if self._is_legacy:
            return self._leave_legacy_block(error)
        if self._verdict is None and not (error is None or isinstance(error, ResponseError)):
            return False  # the model's own trouble, not the server's: nothing is recorded
        meta = self.request_meta
        if self._verdict is not None:
            meta["exception"] = None if self._verdict is True else self._verdict
            self._report(**meta)
            return error is None
        if error is None:
            # What the model has written into request_meta holds unless the response has failed.
            meta["exception"] = self._default_failure(meta["name"]) or meta["exception"]
        else:
            meta["exception"] = error
        self._report(**meta)
        return True

    def success(self) -> None:
        """Count the request as a success, whatever the status code; the last verdict counts."""
        if self._is_legacy:
            self._report_now(None)
            return
        self._check_entered("success()")
        self._verdict = True

    def failure(self, exc: Any) -> None:
        """Count the request as a failure because of `exc`: an exception, or anything that describes one."""
        if not isinstance(exc, Exception):
            exc = CatchResponseError(exc)
        if self._is_legacy:
            self._report_now(exc)
            return
        self._check_entered("failure(...)")
        self._verdict = exc

    def _report_now(self, exception: BaseException | None) -> None:
        if self._report is None:
            raise LocustError("a verdict needs catch_response=True")
        self._was_reported = True
        meta = {**self.request_meta, "exception": exception}
        changed = vars(self).get("locust_request_meta", {})
        meta.update((new, changed[old]) for old, new in _LEGACY_META.items() if old in changed)
        self._report(**meta)

    def _leave_legacy_block(self, error: BaseException | None) -> bool:
        """Whether the end of the block reported the request, and thereby dealt with `error`."""
        if self._was_reported or not (error is None or isinstance(error, ResponseError)):
            return False
        self._report_now(self._default_failure(self.request_meta["name"]) if error is None else error)
        return True

    def _check_entered(self, call: str) -> None:
        if not self._entered:
            raise LocustError(
                "Tried to set status on a request that has not yet been made. Make sure you use a with-block, "
                "like this:\n\nwith self.client.request(..., catch_response=True) as response:\n"
                f"    response.{call}"
            )
