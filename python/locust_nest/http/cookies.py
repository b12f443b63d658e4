"""What `requests` and http.cookiejar say of cookies that are unusual; of all others the engine knows it.

See docs/decisions/0017-cookies.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from typing import Any

from requests import PreparedRequest
from requests.cookies import (
    RequestsCookieJar,
    cookiejar_from_dict,
    extract_cookies_to_jar,
    get_cookie_header,
    merge_cookies,
)
from requests.structures import CaseInsensitiveDict

from nest_engine import cookies_for, describe_cookies, take_cookies


def cookies_of(jar: CookieJar) -> tuple[Cookie, ...]:
    """Those in `jar`, as iterating over it has them, which counts them first."""
    domains: Mapping[str, Mapping[str, Mapping[str, Cookie]]] = jar._cookies  # type: ignore[attr-defined]
    return tuple(
        [cookie for paths in domains.values() for names in paths.values() for cookie in names.values()]
    )


def sent_cookies(jar: CookieJar | None, own: Mapping[str, str] | CookieJar | None) -> RequestsCookieJar:
    """The jar that `requests` makes of a session's cookies and those of a request."""
    if not isinstance(own, CookieJar):
        own = cookiejar_from_dict(own)
    return merge_cookies(merge_cookies(RequestsCookieJar(), jar), own)


def header_for(
    jar: CookieJar | None, own: Mapping[str, str] | CookieJar | None, url: str, host: str
) -> str | None:
    """The Cookie header of a request for `url` with this Host header, which may be empty."""
    return cookie_header(sent_cookies(jar, own), url, host)


def cookie_header(jar: CookieJar, url: str, host: str = "") -> str | None:
    """What `jar` itself would add to a request for `url`."""
    request = PreparedRequest()
    request.method, request.url = "GET", url
    request.headers = CaseInsensitiveDict({"Host": host} if host else {})
    return get_cookie_header(jar, request)


def own_header(jar: CookieJar, url: str) -> str | None:
    """The same, without Python where jar and cookies are the usual ones."""
    header = cookies_for(jar, url)
    return cookie_header(jar, url) if header is NotImplemented else header


def keep_cookies(jar: CookieJar, exchange: Any, response: Any) -> None:
    """Let `jar` have what the response, which is that of `exchange`, sets."""
    request = vars(response).get("request")  # `requests` may have sent credentials along in the URL
    if (request is None or request.url == exchange.url) and take_cookies(jar, exchange, True):
        return
    extract_cookies_to_jar(jar, response.request, response.raw)


describe_cookies(RequestsCookieJar(), CookieJar(), DefaultCookiePolicy(), Cookie, header_for)
