"""Multipart forms are those of requests, and files are read once."""

from __future__ import annotations

import io
import random
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
from client_harness import Server, client, events, hook, server
from requests.models import RequestEncodingMixin
from test_client_native import counted
from test_client_request_method_native import Shouted, some_text

from locust_nest.http.multipart import encode_multipart, held_files

__all__ = ["client", "counted", "events", "hook", "server"]


@pytest.fixture(autouse=True)
def boundary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urllib3.filepost.choose_boundary", lambda: "B")


def outcome(encode: Any, *args: Any) -> Any:
    try:
        return encode(*args)
    except Exception as error:
        return type(error), str(error)


def as_requests_does(files: Any, data: Any) -> Any:
    return outcome(RequestEncodingMixin._encode_files, files, data)  # type: ignore[attr-defined]


def as_we_do(files: Any, data: Any) -> Any:
    return outcome(lambda: encode_multipart(held_files(files), data))


class Named(io.BytesIO):
    name = "/some/where/named.txt"


@pytest.mark.parametrize(
    ("files", "data"),
    [
        ({"f": b"bytes"}, None),
        ({"f": "text ü"}, {"a": "b"}),
        ({"f": ("a.txt", b"x")}, {"a": 1, "b": 2.5, "c": True, "d": None}),
        ({"f": ("a.txt", "ü", "text/plain")}, [("a", "1"), ("a", b"2")]),
        ({"f": ("a.txt", b"x", "text/plain", {"X-Own": "y"})}, {}),
        ({"f": ["a.txt", b"x", None, {}]}, ()),
        ({"f": (None, "a field")}, {"a": ["x", "y"]}),
        ({"f": ("", b"x")}, {b"a": "x"}),
        ({"f": ('"ü"\r\n\\.txt', b"x")}, {'"': "x"}),
        ({"f": bytearray(b"x")}, OrderedDict(a="x")),
        ({"f": None, "g": b"x"}, {"a": Shouted("x")}),
        ({"f": (Shouted("a.txt"), b"x")}, {Shouted("a"): "x"}),
        ({"f": 5}, {5: "x"}),
        ({5: b"x"}, None),
        ({"f": ("a.txt",)}, None),
        ({"f": ("\ud800", b"x")}, None),
        ({"f": "\ud800"}, None),
        ({"f": b"x"}, "text"),
        ({"f": b"x"}, {"a": "\ud800"}),
        ({"f": b"x"}, [1]),
        ({"f": b"x"}, ["ab"]),
        ("text", None),
        ([("f", b"x", b"y")], None),
    ],
)
def test_a_form_is_that_of_requests(files: Any, data: Any) -> None:
    assert as_we_do(files, data) == as_requests_does(files, data)


def test_random_forms_are_those_of_requests() -> None:
    chance = random.Random(9)

    def name() -> str:
        return chance.choice((some_text(chance), "plain"))

    def content() -> Any:
        return chance.choice((some_text(chance), chance.randbytes(5)))

    def file() -> Any:
        kinds = (name(), content()), (name(), content(), "text/plain"), content()
        return chance.choice(kinds)

    for _ in range(2000):
        files = [(name(), file()) for _ in range(chance.randrange(1, 3))]
        data = {name(): content() for _ in range(chance.randrange(3))}
        assert as_we_do(files, data) == as_requests_does(files, data), (files, data)


@pytest.mark.parametrize(
    "file", [Named, lambda content: ("a.txt", io.StringIO(content.decode()), "text/plain")]
)
@pytest.mark.parametrize("keywords", [{}, {"headers": {"X-A": b"b", "X-B": "\u00fc"}}, {"stream": True}])
def test_an_open_file_is_read_once(
    counted: tuple[Any, Any], server: Server, file: Any, keywords: dict[str, Any]
) -> None:
    session, _ = counted
    body, content_type = as_requests_does({"f": file(b"content")}, {"a": "b"})
    response = session.post("/x", files={"f": file(b"content")}, data={"a": "b"}, **keywords)
    assert (server.last.body, server.last["Content-Type"]) == (body, content_type)
    assert response.request.body == body


def test_a_file_from_disk_has_its_name(counted: tuple[Any, Any], server: Server, tmp_path: Path) -> None:
    path = tmp_path / "a b.txt"
    path.write_bytes(b"content")
    with path.open("rb") as file:
        counted[0].post("/x", files={"f": file})
    assert b'; filename="a b.txt"\r\n\r\ncontent\r\n' in server.last.body


def test_a_body_that_is_read_excludes_files(counted: tuple[Any, Any]) -> None:
    with pytest.raises(NotImplementedError, match="mutually exclusive"):
        counted[0].post("/x", files={"f": b"x"}, data=iter([b"x"]))
