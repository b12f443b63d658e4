"""Where the time of a request went."""

from __future__ import annotations

from typing import Any, NamedTuple


class Timings(NamedTuple):
    """The parts of a request's time, in milliseconds, one after the other.

    They are stamped off Python's thread to the microsecond. What a request did without is 0: all that belongs to
    making a connection, if one was open. Of a request that failed, the last part lasts until the failure; of a
    response with `stream=True`, all end with its header.

    >>> response.timings.first_byte
    51.284
    """

    queue: float
    """From the call until it was taken up, before `total` begins."""
    dns: float
    """Until the server's address was known."""
    connect: float
    """Until the connection stood, or that to the proxy."""
    tls: float
    """Until it was secure."""
    send: float
    """Choosing an open connection, and writing the request."""
    first_byte: float
    """Waiting for the first byte of the response."""
    download: float
    """From there to its end."""
    total: float
    """All of them but `queue`: what is recorded of a request without redirects."""


def timings_of(exchange: Any) -> Timings | None:
    """Those of a `nest_engine.Exchange`; None for anything else, of which only the sum is known."""
    parts = getattr(exchange, "parts_ms", None)
    return None if parts is None else Timings._make((*parts, exchange.response_time_ms))
