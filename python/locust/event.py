"""Event hooks: how models and plug-ins listen to a run, with the names of every era."""

from __future__ import annotations

import inspect
import logging
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self, TypeVar

from . import log
from .exception import InterruptTaskSet, RescheduleTask, RescheduleTaskImmediately, StopTest, StopUser

__all__ = [
    "CONTROL_FLOW",
    "DeprecatedEventHook",
    "EventHook",
    "Events",
    "InterruptTaskSet",
    "LegacyEventHook",
    "Listener",
    "ListenerT",
    "RescheduleTask",
    "RescheduleTaskImmediately",
    "StopTest",
    "StopUser",
    "Translation",
    "call_by_signature",
]

Listener = Callable[..., Any]
ListenerT = TypeVar("ListenerT", bound=Listener)

# A listener may steer the user whose greenlet fires the event: these reach the caller of `fire`.
CONTROL_FLOW = (StopUser, StopTest, InterruptTaskSet, RescheduleTask, RescheduleTaskImmediately)


def report_broken_listener(error: Exception) -> None:
    """What becomes of an exception of a listener that steers nobody."""
    logging.error("Uncaught exception in event handler: \n%s", "".join(traceback.format_exception(error)))
    log.note_unhandled_exception()


class EventHook:
    """A list of listeners which `fire` calls with keyword arguments, in the order they were added.

    >>> greeted = EventHook()
    >>> @greeted.add_listener
    ... def on_greeted(name, **kwargs):
    ...     print("hello", name)
    >>> greeted.fire(name="world")
    hello world
    """

    # A plain list: models and `locust.clients` look into it.
    _handlers: list[Listener]

    def __init__(self) -> None:
        self._handlers = []

    def add_listener(self, handler: ListenerT) -> ListenerT:
        """Call `handler` on every `fire`. Returns it, so that this serves as a decorator."""
        self._handlers.append(handler)
        return handler

    def remove_listener(self, handler: Listener) -> None:
        """Forget `handler`; `ValueError` if it is not listening."""
        for index, listener in enumerate(self._handlers):
            if listener == handler or _original(listener) == handler:
                del self._handlers[index]
                return
        raise ValueError(f"{handler!r} is not a listener of this event")

    # `hook += listener` is the spelling of 0.x, whose events passed fewer keywords than today's (`quitting`:
    # none): such a listener gets those that its signature names.
    def __iadd__(self, handler: Listener) -> Self:
        self.add_listener(call_by_signature(handler))
        return self

    def __isub__(self, handler: Listener) -> Self:
        self.remove_listener(handler)
        return self

    def fire(self, *, reverse: bool = False, **kwargs: Any) -> None:
        """Call the listeners with `kwargs`, the last added first if `reverse`.

        A listener that raises is logged, makes the run end with exit code 2 and does not keep the others from
        being called; the exceptions which steer a user pass through to the caller.
        """
        # A copy: a listener may add and remove listeners.
        for handler in self._handlers[::-1] if reverse else self._handlers[:]:
            try:
                handler(**kwargs)
            except CONTROL_FLOW:
                raise
            except Exception as error:
                report_broken_listener(error)

    @contextmanager
    def measure(
        self,
        request_type: str,
        name: str,
        response_length: int = 0,
        context: Mapping[str, Any] | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Fire this event (usually `events.request`) with the time that a `with` block took, in milliseconds.

        Yields the keyword arguments, to be changed in the block. What the block raises is recorded as the
        request's exception and goes no further.
        """
        request: dict[str, Any] = {
            "request_type": request_type,
            "name": name,
            "response_length": response_length,
            "context": context or {},
            "exception": None,
            "start_time": time.time(),
        }
        started = time.perf_counter()
        try:
            yield request
        except Exception as error:
            request["exception"] = error
        finally:
            request["response_time"] = (time.perf_counter() - started) * 1000
        self.fire(**request)


class DeprecatedEventHook(EventHook):
    """An event that will go: whoever listens to it is told `message` in the log."""

    def __init__(self, message: str) -> None:
        super().__init__()
        self.message = message

    def add_listener(self, handler: ListenerT) -> ListenerT:
        logging.warning(self.message)
        return super().add_listener(handler)


def call_by_signature(handler: Listener) -> Listener:
    """`handler` itself if it takes any keyword, else a function that passes on only those it names."""
    try:
        parameters = inspect.signature(handler).parameters.values()
    except (TypeError, ValueError):  # a builtin, which does not tell
        return handler
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return handler
    names = frozenset(p.name for p in parameters if p.kind is not p.POSITIONAL_ONLY)

    def call_with_known_keywords(**kwargs: Any) -> Any:
        return handler(**{name: value for name, value in kwargs.items() if name in names})

    # Not `__wrapped__`, through which inspect would see the keywords of `handler` and wrap it again.
    call_with_known_keywords.listener = handler  # type: ignore[attr-defined]
    return call_with_known_keywords


def _original(listener: Listener) -> Listener:
    return getattr(listener, "listener", listener)


Translation = Callable[[dict[str, Any]], dict[str, Any] | None]


class LegacyEventHook(EventHook):
    """An event of earlier versions, told in terms of the one that replaced it.

    While it has listeners it listens to `source`; fired by hand, it fires `source`, so that a client written
    for the old API still counts.
    """

    def __init__(self, source: EventHook, to_legacy: Translation, to_source: Translation) -> None:
        super().__init__()
        self._source = source
        self._to_legacy = to_legacy
        self._to_source = to_source

    def add_listener(self, handler: ListenerT) -> ListenerT:
        if not self._handlers:
            self._source.add_listener(self._relay)
        super().add_listener(call_by_signature(handler))
        return handler

    def listen_last(self) -> None:
        """Have the listeners told after all those which listen to the replacing event by now."""
        if self._handlers:
            self._source.remove_listener(self._relay)
            self._source.add_listener(self._relay)

    def remove_listener(self, handler: Listener) -> None:
        super().remove_listener(handler)
        if not self._handlers:
            self._source.remove_listener(self._relay)

    def fire(self, *, reverse: bool = False, **kwargs: Any) -> None:
        translated = self._to_source(kwargs)
        if translated is not None:
            self._source.fire(reverse=reverse, **translated)

    def _relay(self, **kwargs: Any) -> None:
        translated = self._to_legacy(kwargs)
        if translated is not None:
            super().fire(**translated)


def _renaming(**legacy_to_source: str) -> tuple[Translation, Translation]:
    """Both translations of an event whose keywords only changed their names; others are dropped."""

    def to_legacy(kwargs: dict[str, Any]) -> dict[str, Any]:
        return {old: kwargs.get(new) for old, new in legacy_to_source.items()}

    def to_source(kwargs: dict[str, Any]) -> dict[str, Any]:
        return {new: kwargs.get(old) for old, new in legacy_to_source.items()}

    return to_legacy, to_source


def _success_to_legacy(kwargs: dict[str, Any]) -> dict[str, Any] | None:
    if kwargs.get("exception"):
        return None
    return {key: kwargs.get(key) for key in ("request_type", "name", "response_time", "response_length")}


def _failure_to_legacy(kwargs: dict[str, Any]) -> dict[str, Any] | None:
    if not kwargs.get("exception"):
        return None
    keys = ("request_type", "name", "response_time", "response_length", "exception")
    return {key: kwargs.get(key) for key in keys}


def _success_to_request(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {"response_length": 0, "context": {}, **kwargs, "exception": None}


def _failure_to_request(kwargs: dict[str, Any]) -> dict[str, Any]:
    # What decides between success and failure is the exception's truth: an empty one must not become a
    # success.
    exception = kwargs.get("exception") or Exception("request failed")
    return {"response_length": 0, "context": {}, **kwargs, "exception": exception}


class Events:
    """The hooks of a run. A subclass adds its own by annotating a name with `EventHook`.

    Which keywords each hook is fired with, and when, is told below its name.
    """

    request: EventHook
    """After each request.

    Keywords: request_type, name, response_time, response_length, exception, context; of HTTP also response,
    start_time, url.
    """
    user_error: EventHook
    """A task raised an exception. Keywords: user_instance (the TaskSet), exception, tb."""
    report_to_master: EventHook
    """On a worker that is about to report; listeners may add to `data`. Keywords: client_id, data."""
    worker_report: EventHook
    """On the master, to which a worker has reported. Keywords: client_id, data."""
    worker_connect: EventHook
    """On the master, for which a worker is ready. Keywords: client_id."""
    spawning_complete: EventHook
    """All users of this start are there. Keywords: user_count."""
    quitting: EventHook
    """The process is about to end. The listener added last is called first. Keywords: environment."""
    quit: EventHook
    """The very last one. Keywords: exit_code."""
    init: EventHook
    """Once, before anything is run. Keywords: environment, runner, web_ui."""
    init_command_line_parser: EventHook
    """A parser of the command line was made, to which options may be added. Keywords: parser."""
    test_start: EventHook
    """A new test starts; not when only the number of users changes. Keywords: environment."""
    test_stopping: EventHook
    """A test is about to stop its users. Keywords: environment."""
    test_stop: EventHook
    """A test has stopped. Keywords: environment."""
    reset_stats: EventHook
    """The statistics were reset on the web page. No keywords."""
    cpu_warning: EventHook
    """More than 90 % of a core was used. Keywords: environment, cpu_usage."""
    usage_monitor: EventHook
    """At intervals. Keywords: environment, cpu_usage, memory_usage."""
    heartbeat_sent: EventHook
    """On the master, which has answered a heartbeat. Keywords: client_id, timestamp."""
    heartbeat_received: EventHook
    """On a worker, for which a heartbeat arrived. Keywords: client_id, timestamp."""

    def __init__(self) -> None:
        # A hook is declared by its annotation (which may be text) or as a class attribute that is a hook
        # class.
        for owner in reversed(type(self).__mro__):
            for name, annotation in inspect.get_annotations(owner).items():
                hook_class = _hook_class(annotation)
                if hook_class is not None:
                    setattr(self, name, hook_class())
            for name, value in vars(owner).items():
                hook_class = _hook_class(value) if isinstance(value, type) else None
                if hook_class is not None:
                    setattr(self, name, hook_class())
        self._add_legacy_hooks()

    def _add_legacy_hooks(self) -> None:
        # `locust.events` was a module that had the class too.
        self.EventHook = EventHook

        def hook(source: EventHook, translations: tuple[Translation, Translation]) -> LegacyEventHook:
            return LegacyEventHook(source, *translations)

        # Names of 0.x and 1.x. The two of `request` make up its one `exception` argument.
        self.request_success = hook(self.request, (_success_to_legacy, _success_to_request))
        self.request_failure = hook(self.request, (_failure_to_legacy, _failure_to_request))
        self.locust_error = hook(
            self.user_error, _renaming(locust_instance="user_instance", exception="exception", tb="tb")
        )
        self.hatch_complete = hook(self.spawning_complete, _renaming(user_count="user_count"))
        self.slave_report = hook(self.worker_report, _renaming(client_id="client_id", data="data"))
        self.locust_start_hatching = hook(self.test_start, (lambda kwargs: {}, lambda kwargs: {}))
        self.locust_stop_hatching = hook(self.test_stop, (lambda kwargs: {}, lambda kwargs: {}))
        # Only ever fired on a master.
        self.master_start_hatching = EventHook()
        self.master_stop_hatching = EventHook()


def _hook_class(annotation: object) -> type[EventHook] | None:
    if isinstance(annotation, str):
        return EventHook if annotation.rpartition(".")[2] in ("EventHook", "DeprecatedEventHook") else None
    if isinstance(annotation, type) and issubclass(annotation, EventHook):
        # A declaration has no message to give.
        return EventHook if issubclass(annotation, DeprecatedEventHook) else annotation
    return None
