"""The rules for switching greenlets (docs/boundary.md): whoever breaks one learns it at once."""

from __future__ import annotations

import subprocess
import textwrap
import time
from pathlib import Path

import gevent
import gevent.event
import gevent.socket
import greenlet
import pytest

import locust  # noqa: F401  (attaches the engine to the hub)
import nest_engine
from locust.clients import HttpSession
from locust.event import EventHook

BINARY = Path("/proc/self/exe").resolve()


def run_in_child(code: str) -> subprocess.CompletedProcess[str]:
    prelude = "import locust, gevent, greenlet, nest_engine\n"
    command = [str(BINARY), "python", "-c", prelude + textwrap.dedent(code)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    ("breaker", "rule"), [("_sleep_inside_bound_call", "R1"), ("_sleep_inside_catch_block", "R3")]
)
def test_waiting_where_none_may_wait_aborts_and_names_the_rule(breaker: str, rule: str) -> None:
    child = run_in_child(f"gevent.spawn(nest_engine.{breaker}, 0.01).join()")
    assert child.returncode == -6, child.stderr
    assert "broken invariant" in child.stderr and f"({rule}: " in child.stderr


def test_the_trace_function_catches_a_switch_that_is_not_ours() -> None:
    child = run_in_child(
        """
        greenlet.settrace(nest_engine.check_switch)
        gevent.sleep(0.01)
        nest_engine.sleep = gevent.sleep  # what the bound function calls next switches without the engine
        gevent.spawn(nest_engine._sleep_inside_bound_call, 0.01).join()
        """
    )
    assert child.returncode == -6, child.stderr
    assert "(R1: " in child.stderr


def test_a_whole_run_switches_only_where_it_is_allowed(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    model.write_text(
        textwrap.dedent(
            """
            import greenlet, nest_engine
            greenlet.settrace(nest_engine.check_switch)
            from locust import HttpUser, constant, events, task
            from gevent.pywsgi import WSGIServer

            def app(environ, start_response):
                start_response("302 Found" if environ["PATH_INFO"] == "/there" else "200 OK", [("Location", "/")])
                return [b"hello"]

            server = WSGIServer(("127.0.0.1", 0), app, log=None)
            server.start()

            @events.request.add_listener
            def listen(**kwargs):
                pass

            class Visitor(HttpUser):
                host = f"http://127.0.0.1:{server.server_port}"
                wait_time = constant(0.01)

                @task
                def visit(self):
                    self.client.get("/there")
                    with self.client.get("/", catch_response=True, stream=True) as response:
                        response.failure(f"{len(response.content)} on purpose")
            """
        )
    )
    command = [str(BINARY), "-f", str(model), "--headless", "-u", "5", "-r", "50", "-t", "2"]
    command += ["--csv", str(tmp_path / "csv")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert run.returncode == 1, run.stderr  # the failures, not a crash
    assert "5 on purpose" in (tmp_path / "csv_failures.csv").read_text()


def test_streams_under_way_end_with_the_run(tmp_path: Path) -> None:
    model = tmp_path / "endless.py"
    model.write_text(
        textwrap.dedent(
            """
            from locust import HttpUser, constant, task
            from gevent.pywsgi import WSGIServer

            def endless(environ, start_response):
                start_response("200 OK", [("Content-Type", "text/plain")])
                while True:
                    yield b"x" * 10_000

            server = WSGIServer(("127.0.0.1", 0), endless, log=None)
            server.start()
            kept = []

            class Reader(HttpUser):
                host = f"http://127.0.0.1:{server.server_port}"
                wait_time = constant(0)

                @task
                def read(self):
                    kept.append(self.client.get("/unread", stream=True))
                    for _ in self.client.get("/", stream=True).iter_content(1000):
                        self.wait()
            """
        )
    )
    command = [str(BINARY), "-f", str(model), "--headless", "-u", "3", "-r", "3", "-t", "1", "--only-summary"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert "Traceback" not in run.stderr


def test_nobody_waits_in_the_hub() -> None:
    outcome: list[str] = []

    def wait() -> None:
        try:
            nest_engine.sleep(0.01)
        except RuntimeError as error:
            outcome.append(str(error))

    gevent.get_hub().loop.run_callback(wait)
    gevent.sleep(0.05)
    assert outcome == ["the event loop itself must not wait"]


def test_what_is_thrown_into_a_sleeper_arrives_and_the_timer_is_forgotten() -> None:
    sleeper = gevent.spawn(nest_engine.sleep, 3600)
    gevent.sleep(0)
    sleeper.kill(block=True, timeout=5)
    assert isinstance(sleeper.value, gevent.GreenletExit)


def test_a_sleeper_that_is_killed_by_another_when_both_are_due() -> None:
    greenlets: list[gevent.Greenlet] = []

    def sleep_then_kill_the_second(index: int) -> str:
        nest_engine.sleep(0.02)
        if index == 1:
            return "never got here"
        # The one thrown into ends in the hub: somebody has to come back here.
        gevent.get_hub().loop.run_callback(gevent.getcurrent().switch)
        greenlet.greenlet.throw(greenlets[1], gevent.GreenletExit)
        return "done"

    greenlets.extend(gevent.spawn(sleep_then_kill_the_second, index) for index in range(2))
    gevent.sleep(0)
    deadline = time.perf_counter() + 0.1
    while time.perf_counter() < deadline:  # the hub sees both due at once
        pass
    gevent.joinall(greenlets, timeout=5)
    assert all(one.dead for one in greenlets)
    assert [one.value for one in greenlets][0] == "done"
    assert isinstance(greenlets[1].value, gevent.GreenletExit)


def test_a_stray_switch_does_not_wake_a_sleeper() -> None:
    def sleep() -> float:
        begun = time.monotonic()
        nest_engine.sleep(0.1)
        return time.monotonic() - begun

    sleeper = gevent.spawn(sleep)
    gevent.sleep(0)
    gevent.get_hub().loop.run_callback(sleeper.switch)
    assert sleeper.get(timeout=30) >= 0.099


def test_ten_thousand_sleepers_wake_in_the_order_of_their_times() -> None:
    woken: list[int] = []

    def sleep(index: int) -> None:
        nest_engine.sleep(0.3 + (index % 100) * 0.002)
        woken.append(index % 100)

    gevent.joinall([gevent.spawn(sleep, index) for index in range(10_000)], timeout=30)
    assert len(woken) == 10_000
    assert woken[0] <= 5 and woken[-1] >= 95


def test_zero_lets_everybody_have_a_turn() -> None:
    turns: list[int] = []
    started: list[int] = []
    begin = gevent.event.Event()

    def take_turns(index: int) -> None:
        started.append(index)
        begin.wait()
        for _ in range(3):
            turns.append(index)
            nest_engine.sleep(0)

    users = [gevent.spawn(take_turns, index) for index in range(3)]
    while len(started) < len(users):  # gevent may start them in several turns of its loop
        gevent.sleep(0)
    begin.set()
    assert len(gevent.joinall(users, timeout=30)) == len(users)
    assert turns == [0, 1, 2] * 3


def test_the_stubs_name_what_the_module_has() -> None:
    import ast

    stub = Path(__file__).parents[2] / "python" / "nest_engine.pyi"
    tree = ast.parse(stub.read_text())
    declared = {node.name for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    public = {name for name in vars(nest_engine) if not name.startswith("_")}
    assert public - declared == set(), "in the module, not in the stubs"
    assert declared - public == set(), "in the stubs, not in the module"


def test_a_request_under_way_is_cancelled_with_its_user() -> None:
    from gevent.server import StreamServer

    gone = gevent.event.Event()

    def never_answer(socket: gevent.socket.socket, address: object) -> None:
        while socket.recv(1000):
            pass
        gone.set()

    server = StreamServer(("127.0.0.1", 0), never_answer)
    server.start()
    client = nest_engine.HttpClient()
    url = f"http://127.0.0.1:{server.server_port}/"
    arguments = ("GET", url, False, *[None] * 10)
    user = gevent.spawn(client.perform, *arguments)
    gevent.sleep(0.05)
    user.kill(block=True, timeout=5)
    assert gone.wait(timeout=5), "the connection stayed open"
    server.stop()


def test_a_pause_of_nothing_is_skipped_once_after_an_answer() -> None:
    def work() -> tuple[bool, bool]:
        HttpSession("http://127.0.0.1:1", EventHook(), None).get("/refused")
        others: list[bool] = []
        gevent.get_hub().loop.run_callback(others.append, True)
        nest_engine.pause(0)
        skipped = not others
        for _ in range(100):
            nest_engine.pause(0)
        return skipped, bool(others)

    worker = gevent.spawn(work)
    worker.join(10)
    assert worker.value == (True, True)
