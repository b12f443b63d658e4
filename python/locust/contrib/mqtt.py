"""Users that talk MQTT. Needs the package paho-mqtt."""

from __future__ import annotations

import secrets
import selectors
import string
import time
from contextlib import suppress
from typing import Any, NamedTuple

from .._third_party import require
from ..env import Environment
from ..user.users import User

__all__ = [
    "Environment",
    "MqttClient",
    "MqttUser",
    "PublishedMessageContext",
    "REQUEST_TYPE",
    "SUBACK_FAILURE",
    "SubscribeContext",
    "User",
]

mqtt: Any = require("paho.mqtt.client", "paho-mqtt", __name__)

REQUEST_TYPE = "MQTT"
# What a broker answers for a topic that it refuses.
SUBACK_FAILURE = 0x80


class PublishedMessageContext(NamedTuple):
    """A message that the broker has not confirmed yet."""

    qos: int
    topic: str
    start_time: float
    payload_size: int


class SubscribeContext(NamedTuple):
    """A subscription that the broker has not answered yet."""

    qos: int
    topic: str
    start_time: float


class MqttClient(mqtt.Client):
    """A client of paho whose connections, messages and subscriptions become requests of the test.

    They are named `connect`, `disconnect`, `publish:<qos>:<topic>` and `subscribe:<qos>:<topic>`; a message is
    measured until the broker confirms it.
    """

    def __init__(
        self,
        *args: Any,
        environment: Environment,
        client_id: str | None = None,
        protocol: Any = mqtt.MQTTv311,
        use_loop_selectors: bool = False,
        **kwargs: Any,
    ) -> None:
        self.client_id = client_id or f"locust-{_random_id()}"
        if hasattr(mqtt, "CallbackAPIVersion") and not args:
            # paho 2: the callbacks of MQTT 3 in their old form, those of MQTT 5 in the new one.
            version = mqtt.CallbackAPIVersion
            kwargs.setdefault(
                "callback_api_version", version.VERSION2 if protocol == mqtt.MQTTv5 else version.VERSION1
            )
        super().__init__(*args, client_id=self.client_id, protocol=protocol, **kwargs)
        self.environment = environment
        self._publish_requests: dict[int, PublishedMessageContext] = {}
        self._subscribe_requests: dict[int, SubscribeContext] = {}
        self.on_publish = self._confirm_publish
        self.on_subscribe = self._confirm_subscribe
        self.on_connect = self._note_connect
        self.on_disconnect = self._note_disconnect
        if use_loop_selectors:
            self._loop = self._loop_with_selectors

    def publish(
        self,
        topic: str,
        payload: Any = None,
        qos: int = 0,
        retain: bool = False,
        properties: Any = None,
    ) -> Any:
        """Send a message; it is recorded when the broker confirms it, or at once if it cannot be sent."""
        context = PublishedMessageContext(qos, topic, time.time(), _size(payload))
        result = super().publish(topic, payload=payload, qos=qos, retain=retain, properties=properties)
        if result.rc == mqtt.MQTT_ERR_SUCCESS:
            self._publish_requests[result.mid] = context
        else:
            self._fire(_event_name("publish", qos, topic), exception=result.rc, **context._asdict())
        return result

    def subscribe(self, topic: Any, qos: int = 0, options: Any = None, properties: Any = None) -> Any:
        """Ask for the messages of a topic, or of a list of them, which counts as the first."""
        first = topic[0] if isinstance(topic, list) else topic
        name = first[0] if isinstance(first, tuple) else first
        context = SubscribeContext(qos, name, time.time())
        result, mid = super().subscribe(topic, qos, options, properties)
        if result == mqtt.MQTT_ERR_SUCCESS:
            self._subscribe_requests[mid] = context
        else:
            self._fire(_event_name("subscribe", qos, name), exception=result, **context._asdict())
        return result, mid

    def _confirm_publish(self, client: Any, userdata: Any, mid: int, *more: Any) -> None:
        context = self._publish_requests.pop(mid, None)
        if context is None:
            self._fire(
                "publish",
                exception=AssertionError(f"The broker confirmed an unknown message: '{mid}'"),
                mid=mid,
            )
            return
        self._fire(
            _event_name("publish", context.qos, context.topic),
            response_time=_ms_since(context.start_time),
            response_length=context.payload_size,
            **context._asdict(),
        )

    def _confirm_subscribe(self, client: Any, userdata: Any, mid: int, codes: Any, *more: Any) -> None:
        context = self._subscribe_requests.pop(mid, None)
        if context is None:
            self._fire(
                "subscribe",
                exception=AssertionError(f"The broker answered an unknown subscription: '{mid}'"),
                mid=mid,
            )
            return
        # Numbers in MQTT 3, objects in MQTT 5.
        refused = [code for code in codes if getattr(code, "value", code) >= SUBACK_FAILURE]
        self._fire(
            _event_name("subscribe", context.qos, context.topic),
            response_time=_ms_since(context.start_time),
            exception=AssertionError(f"The broker refused a subscription: {codes}") if refused else None,
            **context._asdict(),
        )

    def _note_connect(self, client: Any, userdata: Any, flags: Any, code: Any, *more: Any) -> None:
        self._fire("connect", exception=None if _is_success(code) else Exception(str(code)))

    def _note_disconnect(self, client: Any, userdata: Any, *details: Any) -> None:
        # MQTT 3: the code. MQTT 5: flags, code, properties in paho 2; code, properties in paho 1.
        code = details[1] if len(details) == 3 else details[0]
        self._fire("disconnect", exception=None if _is_success(code) else code)

    def _fire(
        self,
        name: str,
        response_time: float = 0,
        response_length: int = 0,
        exception: Any = None,
        **context: Any,
    ) -> None:
        self.environment.events.request.fire(
            request_type=REQUEST_TYPE,
            name=name,
            response_time=response_time,
            response_length=response_length,
            exception=exception,
            context={"client_id": self.client_id, **context},
        )

    def _loop_with_selectors(self, timeout: float = 1.0) -> Any:
        """paho's loop without `select`, which knows descriptors up to 1023 only."""
        if timeout < 0:
            raise ValueError("Invalid timeout.")
        if self._sock is None:
            return mqtt.MQTT_ERR_NO_CONN
        with selectors.DefaultSelector() as selector:
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self.want_write() else 0)
            try:
                selector.register(self._sock, wanted)
                if self._sockpairR is not None:
                    selector.register(self._sockpairR, selectors.EVENT_READ)
            except (ValueError, KeyError):
                return mqtt.MQTT_ERR_CONN_LOST
            pending = getattr(self._sock, "pending", None)
            events = selector.select(0.0 if pending is not None and pending() > 0 else timeout)
        ready = {key.fileobj: mask for key, mask in events}
        mask = ready.get(self._sock, 0)
        if mask & selectors.EVENT_READ or (pending is not None and pending() > 0):
            result = self.loop_read()
            if result or self._sock is None:
                return result
        if self._sockpairR in ready:
            mask |= selectors.EVENT_WRITE
            with suppress(OSError):
                self._sockpairR.recv(10000)
        if mask & selectors.EVENT_WRITE:
            result = self.loop_write()
            if result or self._sock is None:
                return result
        return self.loop_misc()


class MqttUser(User):
    """A user with an `MqttClient`, which connects and runs its loop while the user lives."""

    abstract = True

    host = "localhost"
    port = 1883
    transport = "tcp"
    ws_path = "/mqtt"
    tls_context = None
    client_cls: type[MqttClient] = MqttClient
    client_id: str | None = None
    username: str | None = None
    password: str | None = None
    protocol: Any = mqtt.MQTTv311
    use_loop_selectors = False

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.client = self.client_cls(
            environment=self.environment,
            transport=self.transport,
            client_id=self.client_id,
            protocol=self.protocol,
            use_loop_selectors=self.use_loop_selectors,
        )
        if self.tls_context is not None:
            self.client.tls_set_context(self.tls_context)
        if self.transport == "websockets" and self.ws_path:
            self.client.ws_set_options(path=self.ws_path)
        if self.username and self.password:
            self.client.username_pw_set(username=self.username, password=self.password)
        self.client.connect_async(host=self.host, port=self.port)
        self.client.loop_start()


def _random_id(length: int = 16) -> str:
    alphabet = string.digits + string.ascii_letters
    return "".join(secrets.choice(alphabet) for _ in range(length))


def _event_name(kind: str, qos: int, topic: str) -> str:
    return f"{kind}:{qos}:{topic}"


def _is_success(code: Any) -> bool:
    return bool(getattr(code, "value", code) == 0)


def _size(payload: Any) -> int:
    return len(payload) if hasattr(payload, "__len__") else 0


def _ms_since(start_time: float) -> float:
    return (time.time() - start_time) * 1000
