"""The model of the ramp's benchmark: when each user started, written to BENCH_TIMES as seconds when the run ends."""

import json
import os
from time import perf_counter

from locust import HttpUser, constant, events, task

started = []


@events.quitting.add_listener
def write(**_):
    with open(os.environ["BENCH_TIMES"], "w") as file:
        json.dump(started, file)


class Started(HttpUser):
    wait_time = constant(1000)

    def on_start(self):
        started.append(perf_counter())

    @task
    def idle(self): ...
