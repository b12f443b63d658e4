"""The model of the table of the truth benchmark: users at a steady pace, whose Python takes 2 ms after each request.

What the `request` event tells is written to BENCH_TIMES when the run ends: {"delay in microseconds": [milliseconds]}.
BENCH_PACE_S is the time from one request of a user to the next.
"""

import json
import os
import random
import time
from collections import defaultdict

from locust import HttpUser, constant_pacing, events, task

PACE_S = float(os.environ["BENCH_PACE_S"])
BURN_S = 0.002
DELAYS_US = (200, 1000, 5000, 50000)

times_ms = defaultdict(list)


@events.request.add_listener
def keep(name, response_time, exception, **_):
    if exception is not None:
        raise SystemExit(f"{name} failed: {exception!r}")
    times_ms[name].append(response_time)


@events.quitting.add_listener
def write(**_):
    del times_ms["connect"]
    with open(os.environ["BENCH_TIMES"], "w") as file:
        json.dump(times_ms, file)


class Paced(HttpUser):
    wait_time = constant_pacing(PACE_S)

    def on_start(self):
        self.client.get("/", name="connect")  # the server does not log it
        time.sleep(random.uniform(0, PACE_S))

    @task
    def ask(self):
        delay = str(random.choice(DELAYS_US))
        self.client.get(f"/{delay}", name=delay)
        until = time.perf_counter() + BURN_S
        while time.perf_counter() < until:
            pass
