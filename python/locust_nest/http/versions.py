"""Which version of HTTP a session speaks."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from locust.exception import StopTest
from locust_nest.errors import usage_error
from nest_engine import HttpClient

_HTTP_1_1, _HTTP_2, _HTTP_3 = 11, 20, 30


class ChoosesVersion:
    """The part of a session that chooses; `_engine` has its connections. Another choice closes them."""

    _engine: HttpClient

    @property
    def http2(self) -> bool:
        """Speak HTTP/2: over https if the server agrees, else HTTP/1.1; over http without asking."""
        return self._engine.http_version == _HTTP_2

    @http2.setter
    def http2(self, wanted: bool) -> None:
        self._engine.http_version = _HTTP_2 if wanted else _HTTP_1_1

    @property
    def http3(self) -> bool:
        """Speak HTTP/3 over https, or what the server has; ValueError if libcurl cannot."""
        return self._engine.http_version == _HTTP_3

    @http3.setter
    def http3(self, wanted: bool) -> None:
        self._engine.http_version = _HTTP_3 if wanted else _HTTP_1_1

    def _speak_as(self, user: Any) -> None:
        """What the class of the user or the command line says."""
        options = getattr(getattr(user, "environment", None), "parsed_options", None)
        version = max(_chosen(user), _chosen(options))
        if version == _HTTP_1_1:
            return
        try:
            self._engine.http_version = version
        except ValueError as error:
            raise StopTest(str(error)) from error


def check_options(options: Namespace) -> None:
    """UsageError if they ask for a version that libcurl does not have."""
    try:
        HttpClient().http_version = _chosen(options)
    except ValueError as error:
        raise usage_error(str(error)) from error


def _chosen(choice: Any) -> int:
    if getattr(choice, "http3", False):
        return _HTTP_3
    return _HTTP_2 if getattr(choice, "http2", False) else _HTTP_1_1
