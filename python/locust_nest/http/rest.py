"""`rest()`: a request to a JSON service in which whatever goes wrong is a failure of the request."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from json import JSONDecodeError
from typing import Any, Generic, TypeVar

# The client's response, with the decoded body in `js`.
RestResponseT = TypeVar("RestResponseT")


class RestMixin(Generic[RestResponseT]):
    """For users whose `client` has a `request()` with `catch_response`."""

    client: Any

    @contextmanager
    def rest(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, **kwargs: Any
    ) -> Iterator[RestResponseT]:
        """Send and accept JSON. The response has the decoded body in `js`, None if it is empty or no JSON.

        An exception in the block, failed assertions among them, is recorded as the failure of the request and goes
        no further.

        >>> with self.rest("POST", "/cart", json={"item": 17}) as response:
        ...     assert response.js["items"] == [17], "the cart lost an item"
        """
        all_headers = {**(headers or {})}
        given = {name.lower() for name in all_headers}
        for name in ("Content-Type", "Accept"):
            if name.lower() not in given:
                all_headers[name] = "application/json"
        with self.client.request(method, url, catch_response=True, headers=all_headers, **kwargs) as response:
            response.js = None
            if not response.status_code:
                response.failure(str(response.error))
            elif response._recorded_length() or response.text:  # to look at the text makes json() dearer
                try:
                    response.js = response.json()
                except JSONDecodeError as error:
                    response.failure(
                        f"Could not parse response as JSON. {response.text[:250]}, "
                        f"response code {response.status_code}, error {error}"
                    )
            try:
                yield response
            except AssertionError as error:
                message = str(error.args[0]) if error.args else "Assertion failed"
                if message.endswith(","):
                    message += f" response was {(response.text or '')[:200]}"
                response.failure(message)
            except Exception as error:
                places = ", ".join(
                    f"{frame.filename}:{frame.lineno} in {frame.name}"
                    for frame in traceback.extract_tb(error.__traceback__)
                    if frame.filename != __file__
                )
                response.failure(
                    f"{type(error).__name__}: {error} at {places}. Response was {(response.text or '')[:200]}"
                )

    @contextmanager
    def rest_(self, method: str, url: str, name: str | None = None, **kwargs: Any) -> Iterator[RestResponseT]:
        """Like `rest()`, with a parameter that changes each time, so that no cache answers."""
        separator = "&" if "?" in url else "?"
        if name is None:
            name = f"{url}{separator}_=..."
        with self.rest(
            method, f"{url}{separator}_={int(time.time() * 1000)}", name=name, **kwargs
        ) as response:
            yield response
