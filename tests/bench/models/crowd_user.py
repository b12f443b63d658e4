"""The model of the crowd benchmark: CROWD_CONNECTED users keep a connection, the server closes that of the others.

Each waits for some seconds, makes one request, and waits for long. Lines tell the time when users are stopped and when
all have stopped, and the processor time that the Python thread had until then.
"""

import itertools
import os
import random
import time

from locust import HttpUser, events, task

SPREAD_S = float(os.environ.get("CROWD_SPREAD_S", "30"))
CONNECTED = int(os.environ.get("CROWD_CONNECTED", "0"))
numbers = itertools.count()


class Visitor(HttpUser):
    rounds = 0

    def wait_time(self):
        return random.uniform(0, SPREAD_S) if self.rounds == 1 else 3600

    def on_start(self):
        self.path = "/" if next(numbers) < CONNECTED else "/closing/"

    @task
    def visit(self):
        self.rounds += 1
        if self.rounds == 2:
            self.client.get(self.path, name="visit")


@events.test_start.add_listener
def starting(**_):
    print(f"starting {time.thread_time()}", flush=True)


@events.spawning_complete.add_listener
def spawned(**_):
    print(f"spawned {time.thread_time()}", flush=True)


@events.test_stopping.add_listener
def stopping(**_):
    print(f"stopping {time.monotonic()} {time.thread_time()}", flush=True)


@events.test_stop.add_listener
def stopped(environment, **_):
    print(f"stopped {time.monotonic()} {time.thread_time()} {environment.runner.user_count}", flush=True)
