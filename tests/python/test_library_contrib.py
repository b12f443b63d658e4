"""`locust.contrib`: users of other protocols, on stand-ins for the packages that they need."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from locust.env import Environment
from locust.exception import LocustError

PROGRAM = os.readlink("/proc/self/exe")


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Imports a module of locust.contrib with stand-ins in place of packages: `load("dns", **{"dns.query": ...})`."""
    loaded = []

    def load_module(name: str, **modules: Any) -> Any:
        for full_name, members in modules.items():
            module = ModuleType(full_name)
            vars(module).update(members)
            monkeypatch.setitem(sys.modules, full_name, module)
            for depth in range(1, full_name.count(".") + 1):
                package = ".".join(full_name.split(".")[:depth])
                if package not in modules:
                    monkeypatch.setitem(sys.modules, package, ModuleType(package))
        loaded.append(f"locust.contrib.{name}")
        return importlib.import_module(loaded[-1])

    yield load_module
    for name in loaded:
        sys.modules.pop(name, None)


@pytest.fixture
def environment() -> Any:
    environment: Any = Environment()
    environment.seen = []
    environment.events.request.add_listener(lambda **event: environment.seen.append(event))
    return environment


def columns(environment: Any, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(event.get(name) for name in names) for event in environment.seen]


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("mqtt", "paho-mqtt"),
        ("socketio", "python-socketio[client]"),
        ("dns", "dnspython"),
        ("mongodb", "pymongo"),
        ("postgres", "psycopg[binary]"),
        ("qdrant", "qdrant-client"),
        ("milvus", "pymilvus"),
        ("oai", "httpx"),
    ],
)
def test_a_missing_package_is_named_in_one_line(module: str, package: str) -> None:
    packages = ["paho", "socketio", "dns", "pymongo", "psycopg", "grpc", "httpx", "qdrant_client"]
    hide = f"import sys; sys.modules.update(dict.fromkeys({packages}))"
    code = f"{hide}\ntry: import locust.contrib.{module}\nexcept ImportError as error: print(error)"
    result = subprocess.run([PROGRAM, "python", "-c", code], capture_output=True, text=True, timeout=60)
    assert result.stdout.splitlines() == [
        f"locust.contrib.{module} needs the package {package}, which is not installed: pip install {package}"
    ], result.stderr


def test_a_package_that_is_broken_itself_is_not_called_missing(
    load: Callable[..., Any], tmp_path: Any
) -> None:
    from locust._third_party import require

    (tmp_path / "broken_package.py").write_text("import something_else_that_is_missing")
    sys.path.insert(0, str(tmp_path))
    try:
        with pytest.raises(ModuleNotFoundError, match="something_else_that_is_missing"):
            require("broken_package", "broken", "x")
    finally:
        sys.path.remove(str(tmp_path))


class PahoClient:
    """What paho's client would answer: the results set in `answers`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.made_with = kwargs
        self.answers: list[tuple[int, int | None]] = []
        self.calls: list[tuple[Any, ...]] = []

    def publish(self, topic: str, **kwargs: Any) -> Any:
        rc, mid = self.answers.pop(0)
        return SimpleNamespace(rc=rc, mid=mid)

    def subscribe(self, *args: Any) -> Any:
        return self.answers.pop(0)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args, **kwargs: self.calls.append((name, args, kwargs))


PAHO = {
    "paho.mqtt.client": {
        "Client": PahoClient,
        "MQTTv311": 4,
        "MQTTv5": 5,
        "MQTT_ERR_SUCCESS": 0,
        "MQTT_ERR_NO_CONN": 4,
    }
}


def test_mqtt_messages_are_measured_until_the_broker_confirms_them(
    load: Callable[..., Any], environment: Any
) -> None:
    mqtt = load("mqtt", **PAHO)
    client = mqtt.MqttClient(environment=environment, client_id="me")
    client.answers = [(0, 7), (4, 8)]
    client.publish("a/b", b"hello", qos=1)
    assert environment.seen == []
    client.on_publish(client, None, 7)
    client.publish("a/b", b"hello", qos=1)
    client.on_publish(client, None, 7)
    assert columns(environment, "request_type", "name", "response_length")[:2] == [
        ("MQTT", "publish:1:a/b", 5),
        ("MQTT", "publish:1:a/b", 0),
    ]
    confirmed, refused, unknown = environment.seen
    assert confirmed["response_time"] > 0
    assert (confirmed["exception"], refused["exception"]) == (None, 4)
    assert (unknown["name"], type(unknown["exception"])) == ("publish", AssertionError)
    assert confirmed["context"]["client_id"] == "me"
    assert confirmed["context"]["payload_size"] == 5


def test_mqtt_subscriptions_fail_if_the_broker_refuses_one(
    load: Callable[..., Any], environment: Any
) -> None:
    mqtt = load("mqtt", **PAHO)
    client = mqtt.MqttClient(environment=environment)
    client.answers = [(0, 1), (0, 2), (0, 3), (4, None)]
    client.subscribe("t", qos=1)
    client.on_subscribe(client, None, 1, [1])
    client.subscribe([("a", 0), ("b", 1)])
    client.on_subscribe(client, None, 2, [0, 0x80])
    client.subscribe(("c", 0))
    client.on_subscribe(client, None, 3, [SimpleNamespace(value=0x87)], None)
    client.subscribe("d")
    assert [event["name"] for event in environment.seen] == [
        "subscribe:1:t",
        "subscribe:0:a",
        "subscribe:0:c",
        "subscribe:0:d",
    ]
    assert [bool(event["exception"]) for event in environment.seen] == [False, True, True, True]


def test_mqtt_connections_are_requests_of_either_protocol(load: Callable[..., Any], environment: Any) -> None:
    mqtt = load("mqtt", **PAHO)
    client = mqtt.MqttClient(environment=environment)
    good, bad = SimpleNamespace(value=0), SimpleNamespace(value=135)
    client.on_connect(client, None, {}, 0)
    client.on_connect(client, None, {}, 5)
    client.on_disconnect(client, None, 7)
    client.on_connect(client, None, None, good, None)
    client.on_disconnect(client, None, None, bad, None)
    client.on_disconnect(client, None, None, good, None)
    assert [(event["name"], bool(event["exception"])) for event in environment.seen] == [
        ("connect", False),
        ("connect", True),
        ("disconnect", True),
        ("connect", False),
        ("disconnect", True),
        ("disconnect", False),
    ]


def test_an_mqtt_user_connects_with_its_attributes(load: Callable[..., Any], environment: Any) -> None:
    mqtt = load("mqtt", **PAHO)

    class Sensor(mqtt.MqttUser):
        host = "broker"
        port = 1884
        transport = "websockets"
        username = "u"
        password = "p"
        client_id = "me"

    client = Sensor(environment).client
    assert client.made_with["transport"] == "websockets"
    assert (client.made_with["client_id"], client.made_with["protocol"]) == ("me", 4)
    assert client.calls == [
        ("ws_set_options", (), {"path": "/mqtt"}),
        ("username_pw_set", (), {"username": "u", "password": "p"}),
        ("connect_async", (), {"host": "broker", "port": 1884}),
        ("loop_start", (), {}),
    ]


def test_socketio_traffic_becomes_requests(load: Callable[..., Any], environment: Any) -> None:
    class Client:
        def __init__(self, **options: Any) -> None:
            self.options = options
            self.handlers: dict[str, Any] = {}
            self.connected = False

        def on(self, event: str, handler: Any) -> None:
            self.handlers[event] = handler

        def connect(self, url: str) -> None:
            raise ConnectionError("nobody there")

        def emit(self, event: str, data: Any, namespace: Any, callback: Any) -> None:
            if event == "broken":
                raise ValueError("no")

        def send(self, data: Any, namespace: Any, callback: Any) -> None:
            self.emit("message", data, namespace, callback)

        def call(self, event: str, data: Any) -> Any:
            self.emit(event, data, None, None)
            return ["answer"]

        def wait(self) -> None:
            pass

    socketio = load("socketio", socketio={"Client": Client})

    class Chatter(socketio.SocketIOUser):
        options = {"logger": True}

    user = Chatter(environment)
    assert user.sio.options == {"logger": True}
    user.sio.connect("http://x")
    user.sio.send("data", name="greeting")
    user.sio.emit("broken", {"a": 1})
    assert user.sio.call("ask", [1, 2]) == ["answer"]
    user.sio.handlers["*"]("news", "text")
    assert [
        (event["request_type"], event["name"], event["response_length"], bool(event["exception"]))
        for event in environment.seen
    ] == [
        ("WS", "connect", 0, True),
        ("WSE", "message", 4, False),
        ("WSS", "greeting", 4, False),
        ("WSE", "broken", 1, True),
        ("WSE", "ask", 2, False),
        ("WSC", "ask", 0, False),
        ("WSR", "news", 4, False),
    ]
    user.on_stop()


def test_a_name_server_without_an_answer_has_failed(load: Callable[..., Any], environment: Any) -> None:
    class DNSException(Exception):
        pass

    def udp(message: Any, where: str) -> Any:
        if message == "slow":
            raise DNSException("too late")
        return SimpleNamespace(answer=[1] if message == "known" else [])

    dns = load(
        "dns",
        **{
            "dns.exception": {"DNSException": DNSException},
            "dns.query": {"udp": udp, "tcp": lambda m: (udp(m, ""), 1)},
        },
    )
    client = dns.DNSUser(environment).client
    assert client.udp("known", "1.1.1.1").answer == [1]
    assert client.udp("unknown", "1.1.1.1", name="nobody").answer == []
    assert client.udp("slow", "1.1.1.1") is None
    assert client.tcp("known")[1] == 1
    assert [(e["request_type"], e["name"], type(e["exception"])) for e in environment.seen] == [
        ("DNS", "udp", type(None)),
        ("DNS", "nobody", LocustError),
        ("DNS", "udp", DNSException),
        ("DNS", "tcp", type(None)),
    ]
    with pytest.raises(AttributeError):
        client.pigeon("known")


def test_mongodb_queries_are_read_to_their_end(load: Callable[..., Any], environment: Any) -> None:
    class PyMongoError(Exception):
        pass

    read: list[int] = []

    class Collection:
        def find(self, query: Any) -> Iterator[int]:
            if query == "bad":
                raise PyMongoError("bad query")
            for document in (1, 2):
                read.append(document)
                yield document

    class MongoClient:
        def __init__(self, conn_string: str) -> None:
            self.conn_string = conn_string

        def __getitem__(self, name: str) -> Any:
            return {"things": Collection()}

        def close(self) -> None:
            self.conn_string = "closed"

    mongodb = load(
        "mongodb", pymongo={"MongoClient": MongoClient}, **{"pymongo.errors": {"PyMongoError": PyMongoError}}
    )

    class Reader(mongodb.MongoDBUser):
        conn_string = "mongodb://x"
        db_name = "db"

    user = Reader(environment)
    user.client.execute_query("things", {})
    user.client.execute_query("things", "bad")
    assert read == [1, 2]
    assert [(e["request_type"], e["name"], bool(e.get("exception"))) for e in environment.seen] == [
        ("MONGODB", "QUERY", False),
        ("MONGODB", "QUERY", True),
    ]
    user.on_stop()
    assert user.client.conn_string == "closed"


def test_postgres_statements_succeed_or_fail(load: Callable[..., Any], environment: Any) -> None:
    class Error(Exception):
        pass

    class Connection:
        closed = False

        def execute(self, query: str) -> None:
            if query == "bad":
                raise Error("syntax")

        def close(self) -> None:
            self.closed = True

    postgres = load("postgres", psycopg={"Error": Error, "connect": lambda conn_string: Connection()})

    class Reader(postgres.PostgresUser):
        conn_string = "postgres://x"

    user = Reader(environment)
    user.client.execute_query("good")
    user.client.execute_query("bad")
    assert [(e["request_type"], e["name"], bool(e.get("exception"))) for e in environment.seen] == [
        ("postgres_success", "execute_query", False),
        ("postgres_failure", "execute_query", True),
    ]
    user.on_stop()
    assert user.client.connection.closed


class Vectors:
    """Stands in for the clients of Qdrant and Milvus: remembers calls, finds what `found` holds."""

    def __init__(self, **kwargs: Any) -> None:
        self.calls: list[str] = []
        self.found: list[Any] = [{"id": 1}, {"id": 2}]

    def __getattr__(self, name: str) -> Any:
        def operation(**kwargs: Any) -> Any:
            self.calls.append(name)
            if name == "collection_exists":
                return False
            if name == "delete":
                raise ValueError("locked")
            if name == "query_points":
                return SimpleNamespace(points=self.found)
            if name == "scroll":
                return self.found, None
            return [self.found] if self.found else []

        return operation


def test_qdrant_operations_become_requests(load: Callable[..., Any], environment: Any) -> None:
    qdrant = load("qdrant", qdrant_client={"QdrantClient": Vectors})

    class Searcher(qdrant.QdrantUser):
        collection_name = "things"
        vectors_config = "config"

    user = Searcher(environment)
    assert user.client.client.calls == ["collection_exists", "create_collection"]
    assert user.upsert([1])["success"]
    assert user.search([0.1])["empty"] is False
    user.client.client.found = []
    assert not user.scroll()["success"]
    assert isinstance(user.delete([1])["exception"], ValueError)
    assert [(e["request_type"], e["name"], bool(e["exception"])) for e in environment.seen] == [
        ("qdrant", "upsert", False),
        ("qdrant", "search", False),
        ("qdrant", "scroll", False),
        ("qdrant", "delete", True),
    ]
    with pytest.raises(ValueError, match="collection_name"):
        type("Nameless", (qdrant.QdrantUser,), {})(environment)


def test_milvus_operations_become_requests_and_recall_a_percentage(
    load: Callable[..., Any], environment: Any
) -> None:
    waits: list[bool] = []
    grpc = {"grpc.experimental.gevent": {"init_gevent": lambda: waits.append(True)}}
    milvus = load("milvus", pymilvus={"MilvusClient": Vectors}, **grpc)
    user = type("Searcher", (milvus.MilvusUser,), {})(environment, schema="schema", index_params="index")
    assert waits == [True]
    assert user.client.client.calls == ["create_collection"]
    user.insert([1])
    assert user.search([[0.1]], "vector", 3, calculate_recall=True, ground_truth=[[1, 5]])["recall"] == 0.5
    user.query("a > 1")
    assert not user.delete("a > 1")["success"]
    assert columns(environment, "request_type", "name") == [
        ("milvus", name) for name in ("insert", "search", "recall", "query", "delete")
    ]
    assert environment.seen[2]["response_time"] == 50


def test_openai_requests_are_named_after_their_path_and_sized_by_tokens(
    load: Callable[..., Any], environment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class HTTPStatusError(Exception):
        pass

    class OpenAI:
        def __init__(self, http_client: Any) -> None:
            self.hooks = http_client.event_hooks

    packages = {
        "httpx": {
            "Client": lambda event_hooks: SimpleNamespace(event_hooks=event_hooks),
            "HTTPStatusError": HTTPStatusError,
        },
        "openai": {"OpenAI": OpenAI},
    }
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(Exception, match="OPENAI_API_KEY"):
        load("oai", **packages)
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    oai = load("oai", **packages)
    client = type("Asker", (oai.OpenAIUser,), {"context": lambda self: {"who": "me"}})(environment).client

    def ask(status: int, body: Any) -> None:
        def raise_for_status() -> None:
            if status >= 400:
                raise HTTPStatusError(str(status))

        url = SimpleNamespace(path="/v1/responses")
        request = SimpleNamespace(method="POST", url=url)
        client.hooks["request"][0](request)
        response = SimpleNamespace(
            request=request, raise_for_status=raise_for_status, read=lambda: None, json=lambda: body
        )
        client.hooks["response"][0](response)

    ask(200, {"usage": {"output_tokens": 17}})
    with client.rename_request("other"):
        ask(200, {"usage": {"completion_tokens": 3}})
    ask(500, {"error": "x"})
    assert columns(environment, "request_type", "name", "response_length", "context") == [
        ("POST", "/v1/responses", 17, {"who": "me"}),
        ("POST", "other", 3, {"who": "me"}),
        ("POST", "/v1/responses", 0, {"who": "me"}),
    ]
    assert [bool(event["exception"]) for event in environment.seen] == [False, False, True]
