"""`locust.rpc`: messages and sockets understood by Locust's own, which plays the other end.

Our end runs in the embedded interpreter, with the packages that Locust brings along.
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = os.environ.get("LOCUST_ORACLE_PYTHON", str(ROOT / "build/oracle/bin/python"))
DEADLINE_S = 60

Start = Callable[..., subprocess.Popen[str]]

MESSAGE = """
from datetime import datetime
from locust.rpc import Message
sent = Message("x", {"t": datetime(2024, 1, 2, 3, 4, 5, 6), "l": [1, 2.5, None, True, "ä"], 7: b"raw"}, "n")
print(sent.serialize().hex())
got = Message.unserialize(sent.serialize())
print(repr(got), got.type, got.data, got.node_id)
"""

SERVER = """
import sys
from locust.exception import RPCReceiveError
from locust.rpc import Message
from locust.rpc.zmqrpc import Server
server = Server("127.0.0.1", 0)
print(server.port, flush=True)
client, message = server.recv_from_client()
server.send_to_client(Message("ack", {"index": 0}, client))
try:
    server.recv_from_client()
except RPCReceiveError as error:
    print("broken, from", error.addr)
print(client, repr(message), message.data)
server.close(linger=1000)
"""

CLIENT = """
import sys
from locust.rpc import Message
from locust.rpc.zmqrpc import Client
client = Client("127.0.0.1", int(sys.argv[1]), "host_1")
client.send(Message("client_ready", {1: [2.5]}, "host_1"))
answer = client.recv()
print(repr(answer), answer.data)
client.socket.send(b"\\x93\\xa1a\\xa1\\xff\\xa1c")
client.close(linger=1000)
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a Python program on our package or on Locust's."""
    started = []

    def begin(whose: str, *arguments: str) -> subprocess.Popen[str]:
        ours = [os.environ["LOCUST_NEST_BINARY"], "python"]
        process = subprocess.Popen(
            [*(ours if whose == "ours" else [PYTHON]), *arguments],
            cwd=tmp_path,
            env={**os.environ, "VIRTUAL_ENV": str(Path(PYTHON).parent.parent), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def output(process: subprocess.Popen[str]) -> str:
    text, errors = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 0, errors
    return text


def test_a_message_has_the_form_of_locusts(start: Start) -> None:
    ours = output(start("ours", "-c", MESSAGE))
    assert ours == output(start("locusts", "-c", MESSAGE))
    assert "<Message x:n>" in ours


@pytest.mark.parametrize(("server", "client"), [("ours", "locusts"), ("locusts", "ours"), ("ours", "ours")])
def test_sockets_exchange_messages_with_locusts(start: Start, server: str, client: str) -> None:
    listening = start(server, "-c", SERVER)
    assert listening.stdout is not None
    port = listening.stdout.readline().strip()
    assert output(start(client, "-c", CLIENT, port)) == "<Message ack:host_1> {'index': 0}\n"
    assert output(listening) == "broken, from host_1\nhost_1 <Message client_ready:host_1> {1: [2.5]}\n"


def test_a_port_that_is_taken_is_an_error(start: Start) -> None:
    script = """
from locust.rpc.zmqrpc import RPCError, Server
server = Server("127.0.0.1", 0)
try:
    Server("127.0.0.1", server.port)
except RPCError as error:
    print(error)
"""
    assert output(start("ours", "-c", script)).startswith("Socket bind failure: Address already in use")


def test_locustfiles_come_from_a_master_of_locust(start: Start, tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(
        "from locust import User\nclass Visitor(User):\n    tasks = [print]\n"
    )
    script = """
import sys
from argparse import Namespace
from locust.argument_parser import download_locustfile_from_master, retrieve_locustfiles_from_master
port = int(sys.argv[1])
print(download_locustfile_from_master("127.0.0.1", port))
options = Namespace(worker=True, master_host="127.0.0.1", master_port=port)
for path in retrieve_locustfiles_from_master(options):
    print(path, open(path).read() == open("models.py").read())
"""
    free = "from locust.rpc.zmqrpc import Server\nprint(Server('127.0.0.1', 0).port)\n"
    port = output(start("ours", "-c", free)).strip()
    master = ["-f", "models.py", "--master", "--headless", "--expect-workers", "1"]
    start("locusts", "-m", "locust", *master, "--master-bind-host", "127.0.0.1", "--master-bind-port", port)
    found, path = output(start("ours", "-c", script, port)).splitlines()
    assert found == str([{"filename": "models.py", "contents": (tmp_path / "models.py").read_text()}])
    name, _, is_the_same = path.partition(" ")
    assert (Path(name).name, is_the_same) == ("models.py", "True")
    assert not Path(name).exists()


def test_without_a_worker_there_is_no_master_to_ask(start: Start) -> None:
    script = """
from argparse import Namespace
from locust.argument_parser import retrieve_locustfiles_from_master
retrieve_locustfiles_from_master(Namespace(worker=False))
"""
    process = start("ours", "-c", script)
    _, errors = process.communicate(timeout=DEADLINE_S)
    assert (process.returncode, errors) == (1, "locustfile cannot be set to '-' without --worker\n")


def test_a_package_that_is_missing_is_named() -> None:
    script = "from locust.rpc.zmqrpc import Server\nServer('127.0.0.1', 0)\n"
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    hidden = "import sys; sys.modules['zmq'] = sys.modules['zmq.green'] = None\n"
    result = subprocess.run(
        [os.environ["LOCUST_NEST_BINARY"], "python", "-c", hidden + script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    assert result.stderr.splitlines()[-1] == (
        "ImportError: locust.rpc.zmqrpc needs the package pyzmq, which is not installed: pip install pyzmq"
    )
