"""What blocks in ordinary Python: each kind must let the other users run, and must work."""

import asyncio
import multiprocessing
import os
import queue
import socket
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import requests
from parity_tools import step

from locust import HttpUser, User, constant, events, task
from locust.exception import StopUser

ticks = {"count": 0}


class Base(User):
    abstract = True
    fixed_count = 1
    wait_time = constant(0.01)

    def during(self, block):
        """Whether other users ran while `block` did."""
        before = ticks["count"]
        result = block()
        return f"{result}, others ran: {ticks['count'] > before + 2}"


class Ticker(User):
    fixed_count = 1
    wait_time = constant(0.02)

    @task
    def tick(self):
        ticks["count"] += 1
        if self.environment.runner.user_count == 1 and ticks["count"] > 100:
            raise StopUser()


class Sleeper(Base):
    @task
    def sleep(self):
        step("Sleeper", self.during(lambda: time.sleep(0.3)))
        raise StopUser()


class ThreadStarter(Base):
    @task
    def launch(self):
        seen = []

        def work(number):
            time.sleep(0.3)
            seen.append((number, threading.current_thread().name))

        def run():
            threads = [threading.Thread(target=work, args=(n,), name=f"worker {n}") for n in range(3)]
            for thread in threads:
                thread.daemon = True
                thread.start()
            for thread in threads:
                thread.join()
            return sorted(seen)

        step("ThreadStarter", self.during(run))
        lock, condition = threading.Lock(), threading.Condition()
        timer = threading.Timer(0.1, lambda: seen.append("timer"))
        timer.start()
        timer.join()
        with lock, condition:
            step("ThreadStarter", f"{seen[-1]} {lock.locked()} {condition.wait(0.01)}")
        done = threading.Event()
        threading.Thread(target=done.set).start()
        step("ThreadStarter", f"{done.wait(10)}")
        raise StopUser()


class PoolUser(HttpUser):
    fixed_count = 1
    wait_time = constant(0.01)

    def fetch(self, number):
        return self.client.get(f"/item/{number}", name="in a pool").status_code

    @task
    def use(self):
        with ThreadPoolExecutor(max_workers=3) as pool:
            futures = [pool.submit(self.fetch, number) for number in range(4)]
            step("PoolUser", f"{[future.result() for future in as_completed(futures)]}")
            step("PoolUser", f"{list(pool.map(self.fetch, range(3)))}")
        raise StopUser()


class QueueUser(Base):
    @task
    def use(self):
        tasks = queue.Queue()
        threading.Timer(0.3, tasks.put, args=("late",)).start()
        step("QueueUser", self.during(tasks.get))
        try:
            tasks.get(timeout=0.05)
        except queue.Empty:
            step("QueueUser", "Empty")
        try:
            tasks.get_nowait()
        except queue.Empty:
            step("QueueUser", "Empty")
        raise StopUser()


class AsyncUser(Base):
    @task
    def compute(self):
        async def part(number):
            await asyncio.sleep(0.05)
            return number

        async def whole():
            return await asyncio.gather(*(part(number) for number in range(3)))

        step("AsyncUser", f"{asyncio.run(whole())}")
        loop = asyncio.new_event_loop()
        step("AsyncUser", f"{loop.run_until_complete(part(7))}")
        loop.close()
        raise StopUser()


class ProcessUser(Base):
    @task
    def call(self):
        def child():
            program = [sys.executable, "-c", "import time; time.sleep(0.3); print('child')"]
            return subprocess.run(["sleep", "0.3"], check=True).returncode, program[1]

        step("ProcessUser", self.during(child))
        done = subprocess.run("echo out; echo err >&2; exit 3", shell=True, capture_output=True, text=True)
        step("ProcessUser", f"{done.returncode} {done.stdout!r} {done.stderr!r}")
        step("ProcessUser", f"{subprocess.check_output(['cat'], input=b'in')}")
        step("ProcessUser", f"{os.popen('echo popen').read()!r} {os.system('exit 2') >> 8}")
        try:
            subprocess.run(["sleep", "30"], timeout=0.1)
        except subprocess.TimeoutExpired as error:
            step("ProcessUser", f"{type(error).__name__} {error.timeout}")
        raise StopUser()


class EchoUser(Base):
    """A raw socket, to a server which the model starts itself."""

    def on_start(self):
        server = socket.create_server(("127.0.0.1", 0))

        def serve():
            connection, _ = server.accept()
            with connection, server:
                while data := connection.recv(100):
                    time.sleep(0.1)
                    connection.sendall(data.upper())

        threading.Thread(target=serve, daemon=True).start()
        self.connection = socket.create_connection(server.getsockname(), timeout=10)

    def exchange(self):
        answers = []
        for word in (b"one", b"two", b"three"):
            self.connection.sendall(word)
            answers.append(self.connection.recv(100))
        return answers

    @task
    def talk(self):
        step("EchoUser", self.during(self.exchange))
        self.connection.settimeout(0.05)
        try:
            self.connection.recv(1)
        except TimeoutError:
            step("EchoUser", "TimeoutError")
        self.connection.close()
        raise StopUser()


class RequestsUser(Base):
    """requests itself: not counted, but cooperative."""

    host = None

    @task
    def fetch(self):
        host = self.environment.host
        step("RequestsUser", self.during(lambda: requests.get(host + "/slow?ms=300", timeout=10).status_code))
        with requests.Session() as session:
            session.headers["X-Own"] = "1"
            step("RequestsUser", f"{session.post(host + '/post', json={'a': 1}).status_code}")
        try:
            requests.get(host + "/slow?ms=3000", timeout=0.1)
        except requests.exceptions.ReadTimeout as error:
            step("RequestsUser", type(error).__name__)
        raise StopUser()


class FileUser(Base):
    @task
    def write(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "results")
            with open(path, "w", encoding="utf-8") as file:
                print("a line", file=file)
            step("FileUser", Path(path).read_text(encoding="utf-8").strip())
        step(
            "FileUser",
            f"{multiprocessing.cpu_count() > 0} {os.getpid() == multiprocessing.current_process().pid}",
        )
        raise StopUser()


@events.quitting.add_listener
def quitting(**kwargs):
    step("end", f"the main thread is {threading.current_thread().name}")
