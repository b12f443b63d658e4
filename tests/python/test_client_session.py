"""The client is a `requests.Session`, whatever a model or a library it uses does with one."""

from __future__ import annotations

import copy
import io
import pickle
import socket
from typing import Any

import pytest
import requests
import urllib3
from client_harness import (
    Server,
    answer,
    client,
    events,
    hook,
    redirect,
    server,
    without_boundary,
)
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.auth import HTTPBasicAuth, HTTPDigestAuth

import locust
from locust.clients import HttpSession, LocustHttpAdapter
from locust.event import EventHook

__all__ = ["client", "events", "hook", "server"]


def test_it_is_one(client: Any) -> None:
    assert isinstance(client, requests.Session)
    assert client.headers["User-Agent"].startswith("python-requests/")
    assert client.max_redirects == 30
    assert (client.auth, client.cert, client.stream, client.verify) == (None, None, False, True)
    assert (client.params, client.proxies, client.hooks) == ({}, {}, {"response": []})
    assert list(client.adapters) == ["https://", "http://"]
    assert isinstance(client.cookies, requests.cookies.RequestsCookieJar)
    assert client.get_adapter("http://example.org") is client.adapters["http://"]
    with pytest.raises(requests.exceptions.InvalidSchema):
        client.get_adapter("ftp://example.org")
    with pytest.raises(AttributeError):
        _ = client.no_such_thing
    client.own_attribute = 1
    client.timeout = 5


@pytest.mark.parametrize(
    ("base", "url", "line"),
    [
        ("", "{url}/x", "/x"),
        ("{url}/api", "/x", "/api/x"),
        ("{url}/api/", "/x", "/api//x"),
        ("{url}/api/", "x", "/api/x"),
        ("{url}", "?x", "/?x"),
        ("{url}/api?key=1", "&x=2", "/api?key=1&x=2"),
        ("http://wrong.invalid", "{url}/x", "/x"),
    ],
)
def test_urls_are_put_behind_the_base(
    server: Server, hook: EventHook, base: str, url: str, line: str
) -> None:
    session = HttpSession(base.replace("{url}", server.url), hook, None)
    session.get(url.replace("{url}", server.url))
    assert server.last.target == line


def test_the_base_may_change(client: Any, server: Server) -> None:
    assert client.base_url == server.url
    client.base_url = f"{server.url}/v2"
    client.get("/x")
    assert server.last.target == "/v2/x"


def test_credentials_in_the_base(server: Server, hook: EventHook) -> None:
    session = HttpSession(server.url.replace("//", "//me:secret@") + "/api", hook, None)
    assert session.base_url == f"{server.url}/api"
    assert isinstance(session.auth, HTTPBasicAuth)
    session.get("/x")
    assert server.last["Authorization"] == "Basic bWU6c2VjcmV0"
    assert server.last.target == "/api/x"
    session.auth = None
    session.get("/x")
    assert server.last["Authorization"] is None
    escaped = HttpSession(server.url.replace("//", "//m%40e:p%2Fw@"), hook, None)
    escaped.get("/x")
    assert server.last["Authorization"] == "Basic bUBlOnAvdw=="


def test_a_file_upload(client: Any, server: Server) -> None:
    client.post("/", files={"file": ("a.txt", b"content", "text/plain")}, data={"field": "value"})
    assert without_boundary(server.last) == (
        "multipart/form-data; boundary=B",
        b'--B\r\nContent-Disposition: form-data; name="field"\r\n\r\nvalue\r\n'
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n'
        b"Content-Type: text/plain\r\n\r\ncontent\r\n--B--\r\n",
    )
    client.post("/", files={"a": io.StringIO("text"), "b": ("", b"x")})
    assert without_boundary(server.last)[1] == (
        b'--B\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\ntext\r\n'
        b'--B\r\nContent-Disposition: form-data; name="b"; filename=""\r\n\r\nx\r\n--B--\r\n'
    )
    client.post("/", files=[("a", ("1", b"x")), ("a", ("2", b"y"))])
    assert server.last.body.count(b'name="a"') == 2


def test_a_file_object_is_sent_from_where_it_stands(client: Any, server: Server, tmp_path: Any) -> None:
    path = tmp_path / "body"
    path.write_bytes(b"0123456789")
    with path.open("rb") as file:
        file.seek(4)
        client.put("/", data=file)
    assert server.last.body == b"456789"


def test_a_large_body_and_a_large_response(client: Any, server: Server) -> None:
    large = bytes(range(256)) * 8192
    server.answers["/"] = lambda sent: answer("200 OK", sent.body)
    assert client.post("/", data=large).content == large


def test_headers_are_changed_in_every_way(client: Any, server: Server) -> None:
    def sent(name: str) -> str | None:
        client.get("/")
        return server.last[name]

    assert sent("X-A") is None
    client.headers["X-A"] = "1"
    assert sent("X-A") == "1"
    client.headers["x-a"] = "2"
    assert sent("X-A") == "2"
    client.headers.update({"X-A": "3", "X-B": "4"})
    assert sent("X-A") == "3"
    client.headers.setdefault("X-A", "5")
    assert sent("X-A") == "3"
    del client.headers["X-A"]
    assert sent("X-A") is None
    client.headers = {"X-C": "7"}
    assert sent("X-C") == "7"
    client.headers.clear()
    assert sent("Accept") is None
    client.headers = None
    assert sent("Accept") is None


def test_digest_authentication(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    def guarded(sent: Any) -> bytes:
        if sent["Authorization"]:
            return answer("200 OK", "welcome")
        return answer("401 Unauthorized", "", 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"')

    server.answers["/"] = guarded
    response = client.get("/", auth=HTTPDigestAuth("me", "pw"))
    assert (response.status_code, response.text) == (200, "welcome")
    assert server.last["Authorization"].startswith('Digest username="me", realm="r", nonce="n", uri="/"')
    assert len(server.sent) == 2
    assert [event["exception"] for event in events] == [None]
    assert [r.status_code for r in response.history] == [401]


def test_credentials_of_the_environment_are_left_alone(
    client: Any, server: Server, monkeypatch: Any, tmp_path: Any
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password pw\n")
    monkeypatch.setenv("NETRC", str(netrc))
    client.get("/")
    assert server.last["Authorization"] is None
    client.trust_env = True
    client.get("/")
    assert server.last["Authorization"] == "Basic bWU6cHc="


def test_a_proxy_is_asked(client: Any, server: Server, monkeypatch: Any) -> None:
    client.get("http://example.invalid/x", proxies={"http": server.url})
    assert server.last.target == "http://example.invalid/x"
    assert server.last["Host"] == "example.invalid"
    client.proxies = {"http": server.url}
    client.get("http://example.invalid/y")
    assert server.last.target == "http://example.invalid/y"
    client.proxies = {}
    monkeypatch.setenv("http_proxy", server.url)
    assert client.get("http://example.invalid/z").status_code == 0
    client.trust_env = True
    assert client.get("http://example.invalid/z").status_code == 200


def test_a_proxy_that_is_not_there(client: Any, events: list[dict[str, Any]]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        proxy = f"http://127.0.0.1:{taken.getsockname()[1]}"
        for scheme in ("http", "https"):
            response = client.get(f"{scheme}://example.invalid/x", proxies={scheme: proxy})
            assert isinstance(response.error, requests.exceptions.ProxyError)
            assert "Unable to connect to proxy" in str(response.error)
    assert [repr(event["exception"]) for event in events] == [
        "ConnectionRefusedError(111, 'Connection refused')"
    ] * 2


def test_the_address_of_a_proxy_that_is_none_raises(client: Any, events: list[dict[str, Any]]) -> None:
    with pytest.raises(requests.exceptions.InvalidProxyURL):
        client.get("/", proxies={"http": "http://"})
    assert events == []


def test_hooks_of_a_request_and_of_the_session(client: Any, server: Server) -> None:
    seen: list[tuple[str, int]] = []

    def watch(response: requests.Response, **keywords: Any) -> None:
        assert set(keywords) >= {"timeout", "verify", "cert", "proxies", "stream"}
        seen.append((response.url, response.status_code))

    client.get("/x", hooks={"response": watch})
    client.hooks["response"].append(watch)
    client.get("/y")
    assert seen == [(f"{server.url}/x", 200), (f"{server.url}/y", 200)]


def test_a_hook_replaces_the_response(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    """Signs in and sends the request again: what clients of REST services do."""

    def sign_in(response: requests.Response, **keywords: Any) -> requests.Response | None:
        if response.status_code != 401:
            return None
        response.request.headers["Authorization"] = "Bearer fresh"
        return response.connection.send(response.request, **keywords)

    server.answers["/"] = lambda sent: answer("200 OK" if sent["Authorization"] else "401 Unauthorized")
    client.hooks["response"].append(sign_in)
    response = client.get("/")
    assert response.status_code == 200
    assert len(server.sent) == 2
    assert [event["exception"] for event in events] == [None]


class Scripted(BaseAdapter):
    """Answers without any server."""

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        response = requests.Response()
        response.status_code = 418
        response.reason = "Teapot"
        response.url = request.url
        response.request = request
        response.raw = io.BytesIO(b"short and stout")
        return response

    def close(self) -> None:
        self.closed = True


def test_an_adapter_of_the_model(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    adapter = Scripted()
    client.mount("http://tea", adapter)
    with client.get("http://tea/pot", catch_response=True) as response:
        assert response.status_code == 418
        response.success()
    assert client.get("http://tea/pot").text == "short and stout"
    assert [event["name"] for event in events] == ["/pot", "/pot"]
    assert str(events[1]["exception"]) == "418 Client Error: Teapot for url: /pot"
    assert client.get("/").text == "ok"
    assert server.targets == ["GET /"]
    client.close()
    assert adapter.closed


def test_an_adapter_of_requests_with_retries(
    client: Any, server: Server, events: list[dict[str, Any]]
) -> None:
    retries = requests.adapters.Retry(total=2, status_forcelist=[503], backoff_factor=0)
    client.mount("http://", HTTPAdapter(max_retries=retries, pool_maxsize=3))
    server.answers["/"] = lambda sent: answer("200 OK" if len(server.sent) == 2 else "503 Busy")
    assert client.get("/").status_code == 200
    server.answers["/busy"] = answer("503 Busy")
    assert isinstance(client.get("/busy").error, requests.exceptions.RetryError)
    assert len(server.sent) == 5
    assert [event["name"] for event in events] == ["/", "/busy"]


def test_adapters_of_one_pool_manager_share_its_connections(client: Any, server: Server) -> None:
    pool = urllib3.PoolManager()
    other = HttpSession(server.url, EventHook(), None)
    for session in (client, other):
        session.mount("http://", LocustHttpAdapter(pool))
        assert session.get("/").status_code == 200
    other.mount("http://", LocustHttpAdapter(None, max_retries=1))
    assert other.get("/").status_code == 200
    assert [sent.connection for sent in server.sent] == [1, 1, 2]


def test_a_prepared_request_is_sent_and_not_recorded(
    client: Any, server: Server, events: list[dict[str, Any]]
) -> None:
    client.get("/")
    client.headers["X-Session"] = "1"
    client.cookies.set("c", "2")
    prepared = client.prepare_request(requests.Request("PUT", f"{server.url}/x", data={"a": 1}))
    prepared.headers["X-Own"] = "3"
    prepared.body = "b=2"
    response = client.send(prepared, timeout=5, allow_redirects=False)
    assert response.status_code == 200
    assert (server.last["X-Session"], server.last["X-Own"], server.last["Cookie"]) == ("1", "3", "c=2")
    assert server.last.body == b"b=2"
    assert len(events) == 1


def test_settings_are_merged_as_in_requests(client: Any, server: Server) -> None:
    settings = client.merge_environment_settings(server.url, {}, None, None, None)
    assert dict(settings) == {"proxies": {}, "stream": False, "verify": True, "cert": None}


def test_a_library_uses_the_session(client: Any, server: Server, events: list[dict[str, Any]]) -> None:
    class RestLibrary:
        def __init__(self, session: requests.Session) -> None:
            self.session = session

        def call(self, verb: str, path: str, **keywords: Any) -> Any:
            response = self.session.request(verb, f"{server.url}{path}", **keywords)
            response.raise_for_status()
            return response.json()

    server.answers["/items"] = answer("200 OK", "[1]")
    assert RestLibrary(client).call("POST", "/items", json={"a": 1}) == [1]
    assert [(event["request_type"], event["name"]) for event in events] == [("POST", "/items")]


def test_it_is_used_as_a_context_manager(server: Server, hook: EventHook) -> None:
    with HttpSession(server.url, hook, None) as session:
        assert session.get("/").status_code == 200


def test_a_closed_session_connects_again(client: Any, server: Server) -> None:
    client.cookies.set("c", "1")
    client.get("/")
    client.get("/")
    assert server.connections == 1
    client.close()
    client.get("/")
    assert server.connections == 2
    assert server.last["Cookie"] == "c=1"


def test_each_session_has_its_own_connections_and_cookies(server: Server, hook: EventHook) -> None:
    server.answers["/"] = answer("200 OK", "", "Set-Cookie: a=1")
    sessions = [HttpSession(server.url, hook, None) for _ in range(3)]
    for _ in range(2):
        for session in sessions:
            session.get("/")
    assert server.connections == 3
    assert [sent["Cookie"] for sent in server.sent] == [None] * 3 + ["a=1"] * 3


def test_a_session_is_not_copied_by_accident(client: Any) -> None:
    client.headers["X-A"] = "b"
    twin = copy.copy(client)
    assert twin.headers is client.headers
    state = pickle.loads(pickle.dumps(requests.Session()))
    assert isinstance(state, requests.Session)


class Talkative(HttpSession):
    """Overrides what Locust itself calls, as models do."""

    log: list[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.log = []

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("headers", {})["X-Via"] = "request"
        self.log.append(f"{method} {url}")
        return super().request(method, url, *args, **kwargs)


def test_a_subclass_sees_every_request(server: Server, hook: EventHook) -> None:
    session = Talkative(server.url, hook, None)
    session.get("/a")
    session.post("/b", json={})
    session.put("/c")
    session.patch("/d")
    session.delete("/e")
    session.head("/f")
    session.options("/g")
    assert session.log == ["GET /a", "POST /b", "PUT /c", "PATCH /d", "DELETE /e", "HEAD /f", "OPTIONS /g"]
    assert {sent["X-Via"] for sent in server.sent} == {"request"}


class Signing(requests.Session):
    """Stands for the session class of a library, such as OAuth2Session."""

    def __init__(self, token: str = "none", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.token = token
        self.auth = self.sign

    def sign(self, request: Any) -> Any:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


class Both(Signing, HttpSession):
    def __init__(self, base_url: str, request_event: EventHook) -> None:
        HttpSession.__init__(self, base_url, request_event, None)
        self.trust_env = False
        self.token = "own"
        self.auth = self.sign


def test_it_is_mixed_with_another_session_class(
    server: Server, hook: EventHook, events: list[dict[str, Any]]
) -> None:
    session = Both(server.url, hook)
    assert session.get("/x").status_code == 200
    assert server.last["Authorization"] == "Bearer own"
    assert events[0]["name"] == "/x"


class Cooperative(Signing, HttpSession):
    """Every constructor calls the next one."""

    def __init__(self, base_url: str, request_event: EventHook, token: str) -> None:
        super().__init__(token, base_url=base_url, request_event=request_event, user=None)


def test_constructors_cooperate(server: Server, hook: EventHook, events: list[dict[str, Any]]) -> None:
    session = Cooperative(server.url, hook, "mine")
    assert session.get("/x").status_code == 200
    assert server.last["Authorization"] == "Bearer mine"
    assert [event["name"] for event in events] == ["/x"]


class BehindIt(HttpSession, Signing):
    """Here the other class is the next one of ours."""

    def __init__(self, base_url: str, request_event: EventHook) -> None:
        super().__init__(base_url, request_event, None)


def test_the_other_class_is_set_up_too(server: Server, hook: EventHook) -> None:
    session = BehindIt(server.url, hook)
    session.get("/x")
    assert server.last["Authorization"] == "Bearer none"


class Afterwards(HttpSession):
    """Calls the constructor of requests by name, which sets everything anew."""

    def __init__(self, base_url: str, request_event: EventHook) -> None:
        requests.Session.__init__(self)
        HttpSession.__init__(self, base_url, request_event, None)


def test_the_constructor_of_requests_is_called_by_name(server: Server, hook: EventHook) -> None:
    session = Afterwards(server.url, hook)
    session.cookies.set("a", "1")
    assert session.get("/x").status_code == 200
    assert server.last["Cookie"] == "a=1"


def test_the_ways_to_construct_a_session(server: Server, hook: EventHook) -> None:
    for session in (
        HttpSession(server.url, hook, None),
        HttpSession(base_url=server.url, request_event=hook, user=None),
        HttpSession(server.url, request_event=hook, user=None, pool_manager=None),
    ):
        session.get("/")
        assert session.request_event is hook
        assert session.user is None
    assert server.targets == ["GET /"] * 3


@pytest.mark.parametrize("verb", ["get", "options", "head", "post", "put", "patch", "delete"])
def test_all_verbs_take_the_keywords(
    client: Any, server: Server, events: list[dict[str, Any]], verb: str
) -> None:
    call = getattr(client, verb)
    with call(
        "/x",
        params={"a": 1},
        headers={"X-A": "b"},
        cookies={"c": "d"},
        auth=("me", "pw"),
        timeout=5,
        verify=False,
        allow_redirects=True,
        name="named",
        catch_response=True,
        context={"k": 1},
    ) as response:
        response.success()
    assert server.targets == [f"{verb.upper()} /x?a=1"]
    assert (server.last["X-A"], server.last["Cookie"]) == ("b", "c=d")
    assert [(event["request_type"], event["name"], event["context"]) for event in events] == [
        (verb.upper(), "named", {"k": 1})
    ]


def test_a_listener_sends_requests_itself(client: Any, server: Server, hook: EventHook) -> None:
    def report(name: str, **_: Any) -> None:
        if name == "/x":
            client.get("/report", name="report")

    hook.add_listener(report)
    client.get("/x")
    assert server.targets == ["GET /x", "GET /report"]


def test_a_listener_that_raises_does_not_end_the_request(client: Any, hook: EventHook) -> None:
    def broken(**_: Any) -> None:
        raise ValueError("a listener's own trouble")

    hook.add_listener(broken)
    assert client.get("/x").status_code == 200


def test_a_redirect_takes_the_settings_along(client: Any, server: Server) -> None:
    server.answers["/from"] = redirect("/to")
    client.headers["X-A"] = "b"
    client.get("/from", headers={"X-B": "c"}, timeout=5)
    assert (server.last["X-A"], server.last["X-B"]) == ("b", "c")


def test_the_version_is_that_of_the_api() -> None:
    assert locust.__version__.startswith("2.")


@pytest.mark.parametrize("step", ["send", "prepare_request", "get_adapter", "merge_environment_settings"])
@pytest.mark.parametrize("of_its_class", [True, False])
def test_a_step_of_requests_that_a_session_replaces_is_called(
    client: HttpSession, server: Server, step: str, of_its_class: bool
) -> None:
    called = []

    class Signing(HttpSession):
        pass

    original = getattr(client, step)

    def replaced(*args: Any, **kwargs: Any) -> Any:
        called.append(step)
        return original(*args[of_its_class:], **kwargs)

    if of_its_class:
        setattr(Signing, step, replaced)
        client.__class__ = Signing
    else:
        setattr(client, step, replaced)
    for ask in (client.get, lambda url: client.request("get", url)):
        assert ask("/").status_code == 200
    assert called == [step, step]
