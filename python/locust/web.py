"""The web page: what models reach of it before there is one.

Models of 0.x add routes to `locust.web.app` when they are imported. They can, and nothing serves them yet.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn, TypedDict

from flask import Flask, request, session

from ._version import version
from .exception import LocustError
from .html import DEFAULT_BUILD_PATH, get_html_report, render_template_from
from .log import get_logs, greenlet_exception_logger
from .runners import MasterRunner
from .running.states import STATE_MISSING, STATE_RUNNING
from .user import HttpUser
from .user.inspectuser import get_ratio
from .util.cache import memoize
from .util.date import format_safe_timestamp
from .util.timespan import parse_timespan

if TYPE_CHECKING:
    from gevent import Greenlet

    from .env import Environment
    from .stats import StatsCSV

__all__ = [
    "AuthArgs",
    "AuthProvider",
    "CustomForm",
    "DEFAULT_BUILD_PATH",
    "DEFAULT_CACHE_TIME",
    "HOST_IS_REQUIRED",
    "HttpUser",
    "InputField",
    "MasterRunner",
    "STATE_MISSING",
    "STATE_RUNNING",
    "WebUI",
    "app",
    "format_safe_timestamp",
    "get_html_report",
    "get_logs",
    "get_ratio",
    "greenlet_exception_handler",
    "greenlet_exception_logger",
    "logger",
    "memoize",
    "parse_timespan",
    "render_template_from",
    "request",
    "session",
    "version",
]

logger = logging.getLogger(__name__)
greenlet_exception_handler = greenlet_exception_logger(logger)

# Models assign to these.
DEFAULT_CACHE_TIME = 2.0
HOST_IS_REQUIRED = False

app = Flask("locust")


class InputField(TypedDict, total=False):
    """One field of the page for logging in, or of a form that a model adds."""

    label: str
    name: str
    type: str | None
    default_value: bool | None
    choices: list[str] | None
    is_multiple: bool | None
    is_secret: bool | None
    is_required: bool | None


class CustomForm(TypedDict, total=False):
    """A form of the model's own on the page for logging in."""

    inputs: list[InputField] | None
    callback_url: str
    submit_button_text: str | None


class AuthProvider(TypedDict, total=False):
    """A button on the page for logging in which leads to somebody who knows the user."""

    label: str | None
    callback_url: str
    icon_url: str | None


class AuthArgs(TypedDict, total=False):
    """`web_ui.auth_args`: what the page for logging in shows and where it sends what is typed."""

    custom_form: CustomForm
    auth_providers: list[AuthProvider]
    username_password_callback: str
    error: str
    info: str


class WebUI:
    """The web page of a test. Tests run without one yet: the constructor refuses."""

    app: Flask | None = None
    server: Any = None
    greenlet: Greenlet | None = None
    template_args: dict[str, Any]
    auth_args: AuthArgs

    def __init__(
        self,
        environment: Environment,
        host: str,
        port: int,
        web_base_path: str | None = None,
        web_login: bool = False,
        tls_cert: str | None = None,
        tls_key: str | None = None,
        stats_csv_writer: StatsCSV | None = None,
        delayed_start: bool = False,
        userclass_picker_is_active: bool = False,
        build_path: str | None = None,
    ) -> None:
        _refuse()

    @property
    def login_manager(self) -> Any:
        """Of flask_login, in a page that asks for a login."""
        _refuse()

    def start(self) -> None:
        """Serve the page."""
        _refuse()

    def start_server(self) -> None:
        """Serve the page, for ever."""
        _refuse()

    def stop(self) -> None:
        """Serve it no more."""
        _refuse()

    def auth_required_if_enabled(self, view_func: Callable[..., Any]) -> Callable[..., Any]:
        """A decorator of a view which only those may see who have logged in."""
        _refuse()

    def update_template_args(self) -> None:
        """Set `template_args` to what the page shows now."""
        _refuse()


def _refuse() -> NoReturn:
    raise LocustError("the web page is not supported yet: run the test with --headless")
