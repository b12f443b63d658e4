"""A session's cookies, with the Cookie header remembered until they change."""

from __future__ import annotations

import time
from http.cookiejar import Cookie
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest
from requests.cookies import RequestsCookieJar, get_cookie_header
from requests.structures import CaseInsensitiveDict

# Paths differ from request to request; beyond so many the memory starts afresh.
_REMEMBERED_URLS = 256


class SessionCookieJar(RequestsCookieJar):
    """A `RequestsCookieJar` that answers `header_for` from memory: the cookie policy costs more than a request."""

    _asked = False

    def __init__(self, policy: Any = None) -> None:
        self._headers: dict[str, str | None] = {}
        self._valid_until = 0.0
        super().__init__(policy)

    def set_cookie(self, cookie: Cookie, *args: Any, **kwargs: Any) -> None:
        self._headers.clear()
        super().set_cookie(cookie, *args, **kwargs)

    def clear(self, domain: str | None = None, path: str | None = None, name: str | None = None) -> None:
        self._headers.clear()
        super().clear(domain, path, name)

    def __iter__(self) -> Any:
        self._headers.clear()  # whoever looks at the cookies may change them
        return super().__iter__()

    def clear_expired_cookies(self) -> None:
        """Drop what has expired; sending a request does not, since `requests` asks a copy of the jar for its header."""
        if not self._asked:
            super().clear_expired_cookies()

    def header_for(self, url: str) -> str | None:
        """The value of the Cookie header for `url`, which must be absolute; None for no header."""
        if not self._cookies:  # type: ignore[attr-defined]
            return None
        url = url.partition("?")[0]
        now = time.time()
        if now >= self._valid_until or len(self._headers) >= _REMEMBERED_URLS:
            self._headers.clear()
        if url not in self._headers:
            if not self._headers:
                ends = (cookie.expires for cookie in self if cookie.expires is not None)
                self._valid_until = min((end for end in ends if end > now), default=float("inf"))
            self._asked = True
            try:
                self._headers[url] = cookie_header(self, url)
            finally:
                self._asked = False
        return self._headers[url]

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_headers": {}}  # type: ignore[dict-item]


def cookie_header(jar: Any, url: str) -> str | None:
    """What `requests` would send from `jar` to `url` as Cookie header."""
    request = PreparedRequest()
    request.method, request.url = "GET", url
    request.headers = CaseInsensitiveDict({"Host": urlsplit(url).netloc})
    return get_cookie_header(jar, request)
