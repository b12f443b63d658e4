"""Users that ask name servers. Needs the package dnspython."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .._third_party import require
from ..event import EventHook
from ..exception import LocustError
from ..user.users import User

if TYPE_CHECKING:
    from ..env import Environment

__all__ = ["DNSClient", "DNSUser", "LocustError", "User"]

_exception: Any = require("dns.exception", "dnspython", __name__)
_query: Any = require("dns.query", "dnspython", __name__)


class DNSClient:
    """The functions of `dns.query`, each call a request of the test.

    >>> client.udp(dns.message.make_query("example.com", "A"), "1.1.1.1", name="example")
    """

    def __init__(self, request_event: EventHook) -> None:
        self.request_event = request_event

    def __getattr__(self, function_name: str) -> Callable[..., Any]:
        function = getattr(_query, function_name)

        def ask(message: Any, *args: Any, name: str | None = None, **kwargs: Any) -> Any:
            """The answer, or None for a failure. `name` is what the request is counted under."""
            event: dict[str, Any] = {
                "request_type": "DNS",
                "name": name or function_name,
                "start_time": time.time(),
                "response_length": 0,
                "context": {},
                "exception": None,
                "response": None,
            }
            started = time.perf_counter()
            try:
                response = function(message, *args, **kwargs)
                answer = response[0] if isinstance(response, tuple) else response
                event["response"] = response
                if not answer.answer:
                    event["exception"] = LocustError("No answer in DNS response")
            except (_exception.DNSException, OSError) as error:
                event["exception"] = error
            event["response_time"] = (time.perf_counter() - started) * 1000
            self.request_event.fire(**event)
            return event["response"]

        return ask


class DNSUser(User):
    """A user whose `client` is a `DNSClient`."""

    abstract = True

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.client = DNSClient(environment.events.request)
