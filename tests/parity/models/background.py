"""What still runs when the test is over: threads, greenlets, and listeners that take their time."""

import threading
import time

import gevent
from parity_tools import finish_after, trace

from locust import HttpUser, constant, events, task

over = threading.Event()


def last_words():
    over.wait()
    time.sleep(0.3)
    trace("the thread has finished")


def for_ever():
    while True:
        gevent.sleep(0.01)


@events.init.add_listener
def init(environment, **kwargs):
    threading.Thread(target=last_words).start()
    threading.Thread(target=for_ever, daemon=True).start()
    gevent.spawn(for_ever)
    begun = time.monotonic()
    time.sleep(0.2)
    trace(f"init slept {time.monotonic() - begun > 0.15}")


@events.test_start.add_listener
def slow_start(environment, **kwargs):
    time.sleep(0.3)
    trace(f"test_start slept, {environment.runner.user_count} users")


@events.test_stop.add_listener
def slow_stop(environment, **kwargs):
    time.sleep(0.3)
    trace(f"test_stop slept, {environment.runner.user_count} users, {environment.runner.state}")


@events.quitting.add_listener
def slow_quitting(environment, **kwargs):
    time.sleep(0.3)
    trace("quitting slept")


@events.quit.add_listener
def slow_quit(exit_code, **kwargs):
    time.sleep(0.3)
    over.set()
    trace(f"quit slept {exit_code}")


class Visitor(HttpUser):
    wait_time = constant(0.01)

    @task
    def visit(self):
        self.client.get("/hello")
        finish_after(self, 2)
