"""Users that ask a model of OpenAI. Needs the packages openai and httpx, and OPENAI_API_KEY in the environment."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .._third_party import require
from ..event import EventHook
from ..user.users import User

__all__ = ["OpenAIClient", "OpenAIUser", "User"]

httpx: Any = require("httpx", "httpx", __name__)
OpenAI: Any = require("openai", "openai", __name__).OpenAI

if "OPENAI_API_KEY" not in os.environ:
    raise Exception("You need to set OPENAI_API_KEY env var to use OpenAIUser")


class OpenAIClient(OpenAI):
    """OpenAI's client whose HTTP requests become requests of the test.

    They are named after their path; `response_length` is the number of output tokens.
    """

    def __init__(self, request_event: EventHook, user: User, *args: Any, **kwargs: Any) -> None:
        self.request_event = request_event
        self.user = user
        self.request_name: str | None = None
        hooks = {"request": [self._begin], "response": [self._record]}
        super().__init__(*args, **kwargs, http_client=httpx.Client(event_hooks=hooks))

    @contextmanager
    def rename_request(self, name: str) -> Iterator[None]:
        """The requests of the block are counted under this name."""
        before, self.request_name = self.request_name, name
        try:
            yield
        finally:
            self.request_name = before

    def _begin(self, request: Any) -> None:
        request.start_time = time.time()
        request.start_perf_counter = time.perf_counter()

    def _record(self, response: Any) -> None:
        exception = None
        try:
            response.raise_for_status()
        except httpx.HTTPStatusError as error:
            exception = error
        response.read()
        request = response.request
        self.request_event.fire(
            request_type=request.method,
            name=self.request_name or request.url.path,
            context=self.user.context(),
            response=response,
            exception=exception,
            start_time=request.start_time,
            response_time=(time.perf_counter() - request.start_perf_counter) * 1000,
            response_length=_output_tokens(response),
            url=str(request.url),
        )


def _output_tokens(response: Any) -> int:
    try:
        usage = response.json().get("usage") or {}
    except ValueError:  # an error page
        return 0
    return int(usage.get("output_tokens", usage.get("completion_tokens", 0)))


class OpenAIUser(User):
    """A user whose `client` is an `OpenAIClient`. OPENAI_BASE_URL names another server than OpenAI's."""

    abstract = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client = OpenAIClient(self.environment.events.request, self)
