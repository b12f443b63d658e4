"""HTTPS requests of FastHttpUser with a TLS context of the model's own: over urllib3 on gevent's sockets."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import urllib3
from gevent.ssl import SSLContext

from .fast_failures import from_urllib3
from .uploads import is_read, pieces_of

_AT_ONCE = 4096  # encoded bytes, which may become a thousand times as many


def insecure_ssl_context_factory() -> SSLContext:
    """A TLS context that believes every certificate."""
    context = SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def make_pools(
    proxy: str, insecure: bool, ssl_context_factory: Callable[[], SSLContext], local_address: str
) -> urllib3.PoolManager:
    """One user's connections, from its address unless that is empty."""
    context = ssl_context_factory()
    # The name is for urllib3 to compare, since Python's ssl cannot compare addresses without a name.
    context.check_hostname = False
    if not insecure and context.verify_mode == ssl.CERT_NONE:
        context.verify_mode = ssl.CERT_REQUIRED
    # urllib3 sets the context's mode to this one.
    how: dict[str, Any] = {"ssl_context": context, "cert_reqs": context.verify_mode}
    if local_address:
        how["source_address"] = (local_address, 0)
    pools = urllib3.ProxyManager(proxy, **how) if proxy else urllib3.PoolManager(**how)
    if insecure:
        https = partial(urllib3.HTTPSConnectionPool, assert_hostname=False)
        pools.pool_classes_by_scheme = {**pools.pool_classes_by_scheme, "https": https}  # type: ignore[dict-item]
    return pools


class SocketExchange:
    """A request and the response whose header has come; `raw` is urllib3's, with the open connection."""

    status = 0
    has_set_cookie = False
    raw: Any = None

    def __init__(
        self, method: str, url: str, headers: Mapping[str, Any], body: Any, max_body_size: int | None
    ) -> None:
        self.method, self.url, self.request_body = method, url, body
        self.request_headers = [(name, str(value)) for name, value in headers.items()]
        self.headers: list[tuple[str, str]] = []
        self._most = max_body_size
        self._kept: bytes | None = None
        self._length = 0

    def send(
        self,
        pools: urllib3.PoolManager,
        connect_timeout: float,
        read_timeout: float,
        in_chunks: bool,
    ) -> Exception | None:
        """Send and wait for the header; what went wrong, or None."""
        body = self.request_body
        if is_read(body):
            body = pieces_of(body)
        elif isinstance(body, str):
            body = body.encode()
        try:
            self.raw = pools.urlopen(
                self.method,
                self.url,
                redirect=False,
                retries=False,
                preload_content=False,
                headers=dict(self.request_headers),
                body=body,
                chunked=in_chunks,
                timeout=urllib3.Timeout(connect=connect_timeout, read=read_timeout),
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            return from_urllib3(error, self.url)
        self.status = self.raw.status
        self.headers = list(self.raw.headers.items())
        self.has_set_cookie = "set-cookie" in self.raw.headers
        return None

    @property
    def body(self) -> bytes:
        if self._kept is None:
            self._kept = self._read() if self._most is None else self._read_part(self._most)
        return self._kept

    def _read(self) -> bytes:
        data: bytes = self.raw.read(decode_content=True)
        self._length = len(data)
        return data

    def _read_part(self, most: int) -> bytes:
        kept = bytearray()
        for piece in self.raw.stream(_AT_ONCE, decode_content=True):
            self._length += len(piece)
            kept += piece[: most - len(kept)]
        return bytes(kept)

    @property
    def body_length(self) -> int:
        _ = self.body
        return self._length

    @property
    def is_cut(self) -> bool:
        return len(self.body) < self._length

    elapsed_ms = 0.0
