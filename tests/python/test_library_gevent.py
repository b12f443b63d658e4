"""What a model waits for lets the other users run: the standard library and gevent's own tools.

Each waiting user waits for something that only another user brings about: if it did not let go of the thread, neither
would ever finish.
"""

from __future__ import annotations

import os
import queue
import select
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import gevent
import gevent.event
import gevent.lock
import gevent.pool
import gevent.pywsgi
import gevent.queue
import pytest
import requests
from api_harness import run_to_end

from locust import User, task
from locust.exception import StopUser


def run_pair(waits: Callable[[], Any], acts: Callable[[], Any]) -> list[str]:
    """Runs two users, one of each kind; who finished, in order."""
    finished: list[str] = []
    begun: list[bool] = []

    class Waiter(User):
        @task
        def wait_for_it(self) -> None:
            begun.append(True)
            waits()
            finished.append("waited")
            raise StopUser

    class Actor(User):
        @task
        def act(self) -> None:
            while not begun:
                gevent.sleep(0.001)
            acts()
            finished.append("acted")
            raise StopUser

    run_to_end(Waiter, Actor, users=2)
    return sorted(finished)


BOTH = ["acted", "waited"]


def test_time_sleep() -> None:
    done: list[bool] = []

    def wait() -> None:
        while not done:
            time.sleep(0.001)

    assert run_pair(wait, lambda: done.append(True)) == BOTH


def test_sockets() -> None:
    left, right = socket.socketpair()
    with left, right:
        received: list[bytes] = []
        assert run_pair(lambda: received.append(left.recv(5)), lambda: right.sendall(b"hello")) == BOTH
    assert received == [b"hello"]


def test_select() -> None:
    left, right = socket.socketpair()
    with left, right:
        assert run_pair(lambda: select.select([left], [], []), lambda: right.sendall(b"x")) == BOTH


def test_a_request_of_plain_requests_to_a_server_of_the_same_process() -> None:
    asked, answered = gevent.event.Event(), []

    def serve(environ: Any, start_response: Any) -> list[bytes]:
        asked.wait()
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"served"]

    server = gevent.pywsgi.WSGIServer(("127.0.0.1", 0), serve, log=None)
    server.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/"
        assert run_pair(lambda: answered.append(requests.get(url, timeout=30).text), asked.set) == BOTH
    finally:
        server.stop()
    assert answered == ["served"]


def test_threads_and_their_locks() -> None:
    event, lock, condition = threading.Event(), threading.Lock(), threading.Condition()
    ready: list[bool] = []
    lock.acquire()

    def wait() -> None:
        event.wait()
        with lock, condition:
            condition.wait_for(lambda: ready)
        thread = threading.Thread(target=ready.append, args=(True,))
        thread.start()
        thread.join()

    def act() -> None:
        event.set()
        gevent.sleep(0)
        lock.release()
        gevent.sleep(0)
        with condition:
            ready.append(True)
            condition.notify_all()

    assert run_pair(wait, act) == BOTH
    assert ready == [True, True]


def test_thread_pools() -> None:
    go = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        assert run_pair(lambda: pool.submit(go.wait).result(), go.set) == BOTH


@pytest.mark.parametrize("kind", [queue.Queue, gevent.queue.Queue])
def test_queues(kind: Any) -> None:
    things, taken = kind(), []
    assert run_pair(lambda: taken.append(things.get()), lambda: things.put("thing")) == BOTH
    assert taken == ["thing"]


def test_subprocesses(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    printed: list[str] = []

    def wait() -> None:
        command = f"read line < {fifo}; echo got $line"
        printed.append(
            subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60).stdout
        )

    def act() -> None:
        while True:
            try:
                descriptor = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
                break
            except OSError:  # nobody reads yet
                gevent.sleep(0.01)
        os.write(descriptor, b"it\n")
        os.close(descriptor)

    assert run_pair(wait, act) == BOTH
    assert printed == ["got it\n"]


def test_gevents_own_tools() -> None:
    result, semaphore = gevent.event.AsyncResult(), gevent.lock.Semaphore(0)
    seen: list[Any] = []

    def wait() -> None:
        seen.append(result.get())
        semaphore.acquire()
        seen.append(gevent.pool.Pool(2).map(lambda number: gevent.sleep(0.001) or number * 2, [1, 2, 3]))
        seen.append(gevent.spawn(lambda: "spawned").get())
        later = gevent.spawn_later(0.001, seen.append, "later")
        gevent.joinall([later])
        with gevent.Timeout(0.01, False):
            time.sleep(1000)
        sleeper = gevent.spawn(time.sleep, 1000)
        gevent.sleep(0)
        sleeper.kill()
        seen.append(sleeper.dead)

    def act() -> None:
        result.set("set")
        semaphore.release()

    assert run_pair(wait, act) == BOTH
    assert seen == ["set", [2, 4, 6], "spawned", "later", True]


STALLS = """
import gevent, gevent.monkey, hashlib, time
from locust import User, constant, events, task
from locust.exception import StopUser

blocking_sleep = gevent.monkey.get_original("time", "sleep")

@events.test_start.add_listener
def prepare(environment, **kwargs):
    blocking_sleep(1.5)

class Sleeper(User):
    fixed_count = 1
    @task
    def sleep_for_all(self):
        for _ in range(2):
            blocking_sleep(1.5)
            gevent.sleep(0.01)
        self.compute()
        self.environment.runner.quit()

    def compute(self):
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            hashlib.sha256(b"x" * 1000).hexdigest()

class Other(User):
    wait_time = constant(0.01)
    @task
    def work(self):
        pass
"""

MANY_TURNS = """
import time
from locust import User, constant, task

class Busy(User):
    wait_time = constant(0)
    @task
    def work(self):
        end = time.monotonic() + 0.03
        while time.monotonic() < end:
            pass
"""

PROGRAM = os.readlink("/proc/self/exe")


def run_model(tmp_path: Path, model: str, *options: str) -> str:
    """What the run wrote to stderr."""
    (tmp_path / "model.py").write_text(model)
    command = [PROGRAM, "-f", "model.py", "--headless", "--only-summary", *options]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return result.stderr


def test_code_that_keeps_the_thread_is_reported_once_per_function_with_its_stack(tmp_path: Path) -> None:
    log = run_model(tmp_path, STALLS, "-u", "2", "-r", "100")
    reports = [line for line in log.splitlines() if "No user could run for more than 1 s" in line]
    assert [report.split("because of ")[1].split()[0] for report in reports] == [
        "sleep_for_all()",
        "compute()",
    ]
    assert all("WARNING/locust.stalls" in report for report in reports)
    assert log.count("blocking_sleep(1.5)\n") == 1
    assert "in sleep_for_all\n    self.compute()\n" in log
    assert "prepare" not in log  # before the users


def test_many_short_turns_are_no_stall(tmp_path: Path) -> None:
    log = run_model(tmp_path, MANY_TURNS, "-u", "80", "-r", "1000", "-t", "3")
    assert "No user could run" not in log
