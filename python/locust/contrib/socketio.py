"""Users that talk Socket.IO. Needs the package python-socketio[client]."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gevent

from .._third_party import require
from ..event import EventHook
from ..user.users import User

__all__ = [
    "EventHook",
    "SocketIOClient",
    "SocketIOUser",
    "User",
    "socketio",
]

socketio: Any = require("socketio", "python-socketio[client]", __name__)


class SocketIOClient(socketio.Client):
    """A Socket.IO client whose traffic becomes requests of the test.

    Their types are `WS` (connect), `WSS` (send), `WSE` (emit), `WSC` (call: measured until the answer) and `WSR`
    (a message that came).
    """

    def __init__(self, request_event: EventHook, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request_event = request_event
        self.on("*", self.on_message)

    def connect(self, *args: Any, **kwargs: Any) -> None:
        with self.request_event.measure("WS", "connect"):
            super().connect(*args, **kwargs)

    def send(
        self,
        data: Any,
        namespace: str | None = None,
        callback: Callable[..., Any] | None = None,
        name: str = "Unnamed",
    ) -> None:
        """Send a message, counted under `name`; the event that it travels in is counted as well."""
        super().send(data, namespace, callback)
        self._fire("WSS", name, data)

    def emit(
        self,
        event: str,
        data: Any = None,
        namespace: str | None = None,
        callback: Callable[..., Any] | None = None,
    ) -> None:
        exception = None
        try:
            super().emit(event, data, namespace, callback)
        except Exception as error:
            exception = error
        self._fire("WSE", event, data, exception)

    def call(self, event: str, data: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Emit an event, counted as such, and return the server's answer; None if it failed."""
        with self.request_event.measure("WSC", event):
            return super().call(event, data, *args, **kwargs)

    def on_message(self, event: str, data: Any = None, *more: Any) -> None:
        """Called for every message; overridable."""
        self._fire("WSR", event, data)

    def _fire(self, request_type: str, name: str, data: Any, exception: Exception | None = None) -> None:
        self.request_event.fire(
            request_type=request_type,
            name=name,
            response_time=0,
            response_length=len(data) if hasattr(data, "__len__") else 0,
            exception=exception,
            context={},
        )


class SocketIOUser(User):
    """A user with a `SocketIOClient` as `self.sio`; `options` are its keywords."""

    abstract = True

    options: dict[str, Any] = {}
    sio: SocketIOClient

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sio = SocketIOClient(self.environment.events.request, **self.options)
        self.sio_greenlet = gevent.spawn(self.sio.wait)

    def on_stop(self) -> None:
        self.sio_greenlet.kill(block=False)
        if self.sio.connected:
            self.sio.disconnect()
