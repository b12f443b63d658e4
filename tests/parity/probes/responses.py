"""What both kinds of client make of responses: parts, text, cookies and redirects, as JSON."""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Callable
from functools import cached_property
from typing import Any

import gevent
from gevent import pool
from recording import Recorder, described, sized, without_ports

from locust import FastHttpUser, HttpUser, events
from locust.env import Environment

DEADLINE_S = 20
CERTIFICATE = os.environ["PARITY_CERTIFICATE"]

UMLAUTS = "grüße".encode()
LATIN = "grüße".encode("latin-1")
JAPANESE = "日本語のテキスト、文字コードの推測に十分な長さ。".encode("shift_jis")

# Header lines and body of a response with status 200.
BODIES: dict[str, tuple[tuple[str, ...], bytes]] = {
    "no type": ((), UMLAUTS),
    "no type, Latin-1": ((), LATIN),
    "text without a charset": (("Content-Type: text/plain",), UMLAUTS),
    "text with a charset": (("Content-Type: text/plain; charset=utf-8",), UMLAUTS),
    "a charset in quotes": (('Content-Type: text/plain; charset="utf-8"',), UMLAUTS),
    "a charset in capitals": (("Content-Type: TEXT/PLAIN; CHARSET=UTF-8",), UMLAUTS),
    "another charset": (("Content-Type: text/plain; charset=iso-8859-15",), b"\xa4"),
    "UTF-16": (("Content-Type: text/plain; charset=utf-16",), "grüße".encode("utf-16")),
    "a charset that is none": (("Content-Type: text/plain; charset=nonsense",), UMLAUTS),
    "an empty charset": (("Content-Type: text/plain; charset=",), UMLAUTS),
    "a charset beside other parameters": (("Content-Type: text/html; a=b; charset=utf-8; c=d",), UMLAUTS),
    "two types": (("Content-Type: text/plain; charset=utf-8", "Content-Type: text/html"), UMLAUTS),
    "a wrong charset": (("Content-Type: text/plain; charset=ascii",), UMLAUTS),
    "meta": (("Content-Type: text/html",), b'<meta charset="utf-8">' + UMLAUTS),
    "JSON": (("Content-Type: application/json",), b'{"a": "gr\xc3\xbc\xc3\x9fe"}'),
    "JSON in UTF-16": ((), '{"a": "ü"}'.encode("utf-16")),
    "JSON with a mark": (("Content-Type: application/json",), b'\xef\xbb\xbf{"a": 1}'),
    "JSON that is none": (("Content-Type: application/json",), b"{nonsense"),
    "JSON in Latin-1": (("Content-Type: application/json; charset=latin-1",), b'{"a": "\xfc"}'),
    "an encoding to be guessed": ((), JAPANESE),
    "an encoding to be guessed by its name": (("Content-Type: application/octet-stream",), JAPANESE),
    "bytes": (("Content-Type: application/octet-stream",), bytes(range(256))),
    "an empty body": (("Content-Type: text/plain",), b""),
    # headers
    "headers that come twice": (("X-A: 1", "x-a: 2", "X-B: 3"), b"ok"),
    "a header without a value": (("X-A:", "X-B: "), b"ok"),
    "blanks around a value": (("X-A:  \t a b \t ",), b"ok"),
    "no blank after the colon": (("X-A:b",), b"ok"),
    "Latin letters in a header": (("X-A: \xfcber",), b"ok"),
    "UTF-8 in a header": (("X-A: " + "ü€".encode().decode("latin-1"),), b"ok"),
    "a colon in a value": (("X-A: a: b",), b"ok"),
    "odd names": (("X_A!#$%&'*+.^`|~: b",), b"ok"),
    "links": (('Link: </b>; rel="next", </a>; rel=prev; title="x"', "Link: </c>; rel=last"), b"ok"),
    "a Location without a redirect": (("Location: /elsewhere",), b"ok"),
    "a date and a server": (("Date: Thu, 01 Jan 2026 00:00:00 GMT", "Server: nginx"), b"ok"),
}

STATUS_LINES = (
    "200 OK", "200 ", "200 Very  good ", "200 \xfcber", "201 Created", "202 Accepted", "203 Other", "204 No Content",
    "205 Reset", "206 Part", "226 IM", "300 Choices", "304 Not Modified", "305 Proxy", "306 Unused", "400 Bad",
    "404 Nicht da", "418 Teapot", "451 Legal", "499 Gone", "500 Oops", "503 Busy", "600 Beyond", "799 Beyond",
)  # fmt: skip

COOKIES: dict[str, tuple[str, ...]] = {
    "plain": ("a=1",),
    "several": ("a=1", "b=2", "c=3"),
    "twice the same": ("a=1", "a=2"),
    "the same for two paths": ("a=1; Path=/", "a=2; Path=/cookies"),
    "session and attributes": ("a=1; Path=/; HttpOnly; SameSite=Lax",),
    "max-age": ("a=1; Max-Age=3600",),
    "max-age of zero": ("a=1; Max-Age=0",),
    "negative max-age": ("a=1; Max-Age=-5",),
    "max-age that is none": ("a=1; Max-Age=soon",),
    "expires": ("a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT",),
    "expires with dashes": ("a=1; expires=Wed, 21-Oct-2099 07:28:00 GMT",),
    "expires long ago": ("a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",),
    "expires never": ("a=1; Expires=nonsense",),
    "max-age over expires": ("a=1; Max-Age=3600; Expires=Thu, 01 Jan 1970 00:00:00 GMT",),
    "secure": ("a=1; Secure",),
    "domain": ("a=1; Domain=127.0.0.1",),
    "domain with a dot": ("a=1; Domain=.127.0.0.1",),
    "domain of others": ("a=1; Domain=example.org",),
    "domain of all": ("a=1; Domain=.1",),
    "path": ("a=1; Path=/cookies",),
    "path of others": ("a=1; Path=/elsewhere",),
    "path without a slash": ("a=1; Path=elsewhere",),
    "empty path": ("a=1; Path=",),
    "quoted": ('a="b c"',),
    "quoted with escapes": (r'a="b\"c\\d"',),
    "commas": ("a=1,2; Path=/",),
    "a comma that could be a second one": ("a=1, b=2",),
    "a semicolon in quotes": ('a="b;c"',),
    "equal signs": ("a=b=c==",),
    "empty value": ("a=",),
    "no value": ("a",),
    "no name": ("=b",),
    "nothing": ("",),
    "blanks": ("  a = b  ;  Path = / ",),
    "Latin letters": ("a=\xfcber",),
    "UTF-8": ("a=" + "ü".encode().decode("latin-1"),),
    "unknown attributes": ("a=1; Priority=High; Partitioned; X=y",),
    "version": ("a=1; Version=1; Comment=x",),
    "a port": ('a=1; Port="80,8080"',),
    "capitals": ("A=1; PATH=/; MAX-AGE=60", "a=2"),
    "a prefix": ("__Host-a=1; Path=/; Secure", "__Secure-b=2; Secure"),
    "a long one": ("a=" + "v" * 5000,),
}

LOCATIONS: dict[str, str] = {
    "absolute": "{server}/landed?x=1",
    "a path": "/landed",
    "relative": "landed",
    "relative upwards": "../landed",
    "only a query": "?x=1",
    "only a fragment": "#part",
    "without a scheme": "//{netloc}/landed",
    "with a fragment": "/landed#part",
    "with a blank": "/lan ded?x=y z",
    "with umlauts": "/" + "ü".encode().decode("latin-1"),
    "with Latin letters": "/\xfc",
    "with escapes": "/%C3%BC%2f%7e",
    "in capitals": "HTTP://{netloc}/landed",
    "with credentials": "http://me:secret@{netloc}/landed",
    "of a dot segment": "/a/./b/../landed",
    "of the default port": "http://localhost:{port}/landed",
    "another port": "{other}/landed",
    "another host": "http://localhost:{otherport}/landed",
    "https": "{secure}/landed",
}  # fmt: skip


class Slow(HttpUser):
    host = "http://127.0.0.1"


class Fast(FastHttpUser):
    host = "http://127.0.0.1"


class Servers:
    @cached_property
    def main(self) -> Recorder:
        return Recorder()

    @cached_property
    def other(self) -> Recorder:
        return Recorder()

    @cached_property
    def secure(self) -> Recorder:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        return Recorder(context)

    def fill(self, text: str) -> str:
        main = {"server": self.main.url, "netloc": self.main.netloc, "port": self.main.port}
        if "{other" in text:
            main |= {"other": self.other.url, "otherport": self.other.port}
        if "{secure" in text:
            main["secure"] = self.secure.url
        return text.format_map(main)

    def plain(self, found: Any) -> Any:
        if isinstance(found, dict):
            return {key: self.plain(value) for key, value in found.items()}
        if isinstance(found, list | tuple):
            return [self.plain(value) for value in found]
        if isinstance(found, str):
            found = without_ports(found, {server.port: name.upper() for name, server in vars(self).items()})
        return found

    def sent(self) -> dict[str, list[str]]:
        """Lines of the requests that tell where they went, and with what."""
        told = ("Host", "Cookie", "Authorization", "X-Own", "Content-Encoding")
        found = {}
        for name, server in vars(self).items():
            requests = [described(request) for request in server.sent]
            if requests:
                found[name] = [
                    " | ".join([lines[0], *(line for line in lines[1:] if line.startswith(told)), lines[-1]])
                    for lines in [*requests[:3], requests[-1]]
                ] + [f"{len(requests)} in all"]
        return found


def value_of(get: Callable[[], Any]) -> Any:
    try:
        value = get()
    except Exception as error:
        return f"raises {type(error).__name__}: {error}".replace("\n", " ")
    return value if isinstance(value, dict | list | tuple | int | str | None) else repr(value)


def parts(response: Any) -> dict[str, Any]:
    """Everything of a response that the two kinds of client have, and what only the one has."""
    found = {
        "status": response.status_code,
        "content": value_of(lambda: response.content.decode("latin-1")),
        "text": value_of(lambda: response.text),
        "json": value_of(response.json) if response.content else None,
        "headers": sorted(response.headers.items()) if response.headers is not None else None,
        "url": response.url,
        # Those of Locust's FastHttpUser share one request, which has the last URL.
        "history": value_of(lambda: [
            (step.status_code, None if hasattr(response, "stream") else step.url) for step in response.history
        ]),
        "error": value_of(lambda: getattr(response, "error", None)),
    }  # fmt: skip
    for name in ("encoding", "apparent_encoding", "reason", "links", "is_redirect", "ok", "request"):
        if hasattr(type(response), name) or name in ("encoding", "reason", "request"):
            found[name] = value_of(lambda name=name: getattr(response, name, None))
    if "request" in found:
        found["request"] = [response.request.method, response.request.url]
    return found


def jar(cookies: Any) -> list[Any]:
    """With the time that is left instead of that when they expire."""
    return sorted(
        [
            [cookie.name, cookie.value, cookie.domain, cookie.path, cookie.secure, cookie.port, cookie.version,
             cookie.expires and cookie.expires > 2_000_000_000, cookie.discard, sorted(cookie._rest.items(), key=str)]
            for cookie in cookies
        ],
        key=str,
    )  # fmt: skip


def of_bodies(client: Any, servers: Servers, name: str) -> Any:
    headers, body = BODIES[name]
    servers.main.answers["/"] = sized(body, *headers)
    return parts(client.get("/"))


def of_status(client: Any, servers: Servers, name: str) -> Any:
    servers.main.answers["/"] = sized(b"" if name[:3] in ("204", "205", "304") else b"ok", status=name)
    return parts(client.get("/"))


def of_cookies(client: Any, servers: Servers, name: str) -> Any:
    lines = [f"Set-Cookie: {cookie}" for cookie in COOKIES[name]]
    servers.main.answers["/cookies/set"] = sized(b"ok", *lines)
    response = client.get("/cookies/set")
    for path in ("/cookies/again", "/", "/elsewhere"):
        client.get(path)
    found = {"jar": jar(getattr(client, "cookies", None) or client.cookiejar), "sent": servers.sent()}
    if isinstance(client.user, Slow):
        found["of the response"] = jar(response.cookies)
    return found


def of_redirects(client: Any, servers: Servers, name: str) -> Any:
    """The method and the status, or the kind of the location."""
    method, _, rest = name.partition(" ")
    status, location = (rest, "/landed") if rest[:3].isdigit() else ("302", servers.fill(LOCATIONS[rest]))
    headers = ["Location: " + location, "Set-Cookie: on=way; Path=/"]
    servers.main.answers["/from/here"] = sized(
        b"" if status == "304" else b"moved", *headers, status=f"{status} Moved"
    )
    keywords: dict[str, Any] = {} if method in ("GET", "HEAD") else {"data": "body"}
    if method == "HEAD":
        keywords["allow_redirects"] = True
    if isinstance(client.user, Slow):
        keywords["verify"] = False
    own = {"X-Own": "1", "Authorization": "mine", "Content-Encoding": "identity"}
    response = client.request(method, "/from/here", headers=own, **keywords)
    again = client.get("/again")
    return {"response": parts(response), "again": again.status_code, "sent": servers.sent()}


def cases() -> dict[str, tuple[Callable[[Any, Servers, str], Any], str]]:
    redirects = [
        *(f"{method} {status}" for status in (300, 301, 302, 303, 304, 307, 308)
          for method in ("GET", "HEAD", "POST", "PUT", "DELETE")),
        *(f"GET {location}" for location in LOCATIONS),
    ]  # fmt: skip
    tables = (
        (of_bodies, BODIES),
        (of_status, STATUS_LINES),
        (of_cookies, COOKIES),
        (of_redirects, redirects),
    )
    return {
        f"{table.__name__.removeprefix('of_')}: {name}": (table, name)
        for table, names in tables
        for name in names
    }


def get(user_class: type, make: Callable[[Any, Servers, str], Any], name: str) -> Any:
    servers = Servers()
    environment = Environment(user_classes=[user_class], events=type(events)())
    user_class = type(user_class.__name__, (user_class,), {"host": servers.main.url})
    client = user_class(environment).client
    if issubclass(user_class, Slow):
        client.trust_env = False
    try:
        with gevent.Timeout(DEADLINE_S):
            found = make(client, servers, name)
    except gevent.Timeout:
        found = "hangs"
    except Exception as error:
        found = f"raises {type(error).__name__}: {error}"
    return servers.plain(found)


def main() -> None:
    met = {}
    for kind, user_class in (("http", Slow), ("fast", Fast)):
        table = cases()
        crowd = pool.Pool(len(table))
        spawned = {name: crowd.spawn(get, user_class, *case) for name, case in table.items()}
        crowd.join()
        met |= {f"{kind} {name}": greenlet.value for name, greenlet in spawned.items()}
    print(json.dumps(met))


main()
