"""One user in the foreground, for a debugger."""

from __future__ import annotations

import inspect
import os
from datetime import UTC, datetime
from typing import Any

import locust

from . import argument_parser, log
from .env import Environment
from .exception import CatchResponseError, RescheduleTask
from .runners import make_user
from .user import User

__all__ = ["CatchResponseError", "Environment", "PrintListener", "RescheduleTask", "User", "run_single_user"]

# Shared by the calls of one process.
_env: Environment | None = None

LONGEST_ERROR = 500


class PrintListener:
    """Prints a line of tab-separated columns for every request."""

    def __init__(
        self,
        env: Environment,
        include_length: bool = False,
        include_time: bool = False,
        include_context: bool = False,
        include_payload: bool = False,
    ) -> None:
        self._include_length = include_length
        self._include_time = include_time
        self._include_context = include_context
        self._include_payload = include_payload
        time = f"{'time':<24}\t" if include_time else ""
        length = "length\t" if include_length else ""
        context = "context\t" if include_context else ""
        payload = "payload\t" if include_payload else ""
        print(f"\n{time}type\t{'name':<50}\tresp_ms\t{length}exception\t{context}\t{payload}")
        env.events.request.add_listener(self.on_request)

    def on_request(
        self,
        request_type: str,
        name: str,
        response_time: float | None,
        response_length: int | None,
        exception: Any = None,
        context: Any = None,
        start_time: float | None = None,
        response: Any = None,
        **kwargs: Any,
    ) -> None:
        columns: list[object] = []
        if self._include_time:
            at = datetime.fromtimestamp(start_time, tz=UTC) if start_time else datetime.now()
            columns.append(at)
        columns += [
            request_type,
            f"{name or '':<50}",
            f"{round(-1 if response_time is None else response_time):<7}",
        ]
        if self._include_length:
            columns.append(response_length)
        columns.append(f"{_shown(exception):<9}")
        if self._include_context:
            columns.append(context or "")
        if self._include_payload:
            columns.append(getattr(getattr(response, "request", None), "body", None))
        print("".join(f"{column}\t" for column in columns))


def _shown(exception: Any) -> str:
    if not exception:
        return ""
    text = str(exception) if isinstance(exception, CatchResponseError) else repr(exception)
    return text[:LONGEST_ERROR].replace("\n", " ")


def run_single_user(
    user_class: type[User],
    include_length: bool = False,
    include_time: bool = False,
    include_context: bool = False,
    include_payload: bool = False,
    loglevel: str | None = "WARNING",
) -> None:
    """Run one user of the class in the calling greenlet, and print its requests to stdout.

    Fires `init` and `test_start`, but not the events of a test's end. The command line may have Locust's options,
    of which few mean something here, and the models' own. `loglevel` None leaves the logging as it is.

    >>> if __name__ == "__main__":
    ...     run_single_user(Visitor)
    """
    global _env
    if loglevel:
        log.setup_logging(loglevel)
    if _env is None:
        options = argument_parser.get_parser().parse_args()
        options.locustfile = os.path.basename(inspect.stack()[1].filename)
        _env = Environment(
            events=locust.events, locustfile=options.locustfile, host=options.host, parsed_options=options
        )
        PrintListener(_env, include_length, include_time, include_context, include_payload)
        _env.events.init.fire(environment=_env, runner=None, web_ui=None)
        if log.unhandled_greenlet_exception:
            os._exit(1)
    _env.user_classes = [user_class]
    _env._tasks_filtered = False
    _env._filter_tasks_by_tags()
    _env.events.test_start.fire(environment=_env)
    if _env.host:
        user_class.host = _env.host
    user = make_user(user_class, _env)
    _env.single_user_instance = user  # type: ignore[attr-defined]
    user.run()
