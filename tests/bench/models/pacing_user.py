"""The model of the pacing benchmark: users whose task notes the time, written to BENCH_TIMES when the run ends.

BENCH_WAIT is the wait_time, an expression. What is written: {"runs": for each user when its tasks began,
"late": how many seconds after the end of their waits}.
"""

import json
import os
from time import perf_counter

import locust
from locust import HttpUser, events, task

wait = eval(os.environ["BENCH_WAIT"], vars(locust).copy())
users = []


@events.quitting.add_listener
def write(**_):
    result = {"runs": [user.runs for user in users], "late": [late for user in users for late in user.late]}
    with open(os.environ["BENCH_TIMES"], "w") as file:
        json.dump(result, file)


class Paced(HttpUser):
    def __init__(self, environment):
        super().__init__(environment)
        self.runs, self.late, self.awaited = [], [], None
        users.append(self)

    @task
    def note(self):
        now = perf_counter()
        self.runs.append(now)
        if self.awaited is not None:
            self.late.append(now - self.awaited)

    def wait_time(self):
        seconds = wait(self)
        self.awaited = perf_counter() + seconds if seconds > 0 else None
        return seconds
