"""The web page: what models reach of it before there is one.

Models of 0.x add routes to `locust.web.app` when they are imported. They can, and nothing serves them yet.
"""

from __future__ import annotations

from typing import Any

from flask import Flask

from .exception import LocustError

# Models assign to these.
DEFAULT_CACHE_TIME = 2.0
HOST_IS_REQUIRED = False

app = Flask("locust")


class WebUI:
    """The web page of a test. Tests run without one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise LocustError("the web page is not supported yet: run the test with --headless")
