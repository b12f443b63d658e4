"""A thousand users of which a shape stops and starts one in twenty each second; each accounts for what it did.

The last line of stdout is a JSON object with the accounts. SOAK_SECONDS says how long the shape lasts.
"""

import gc
import json
import os
import weakref
from contextlib import contextmanager

from gevent import Greenlet, GreenletExit, Timeout

from locust import HttpUser, LoadTestShape, constant, events, task

RATE = 200

accounts = dict.fromkeys(["started", "recorded", "cut", "constructed", "on_start", "on_stop"], 0)
alive = weakref.WeakSet()


@contextmanager
def accounted():
    """A request, begun and either recorded or cut off."""
    accounts["started"] += 1
    try:
        yield
    except (GreenletExit, Timeout):
        accounts["cut"] += 1
        raise


class Churn(LoadTestShape):
    most, fewest = 1000, 900  # 100 in two seconds: one in twenty each second
    seconds = float(os.environ.get("SOAK_SECONDS", "60"))

    def tick(self):
        run_time = self.get_run_time()
        if run_time >= self.seconds:
            return None
        ramping = run_time < self.most / RATE
        return (self.most if ramping or int(run_time) % 2 else self.fewest), RATE


class Churning(HttpUser):
    wait_time = constant(0.5)

    def __init__(self, environment):
        super().__init__(environment)
        accounts["constructed"] += 1
        alive.add(self)

    def on_start(self):
        accounts["on_start"] += 1

    def on_stop(self):
        accounts["on_stop"] += 1

    @task
    def index(self):
        with accounted():
            self.client.get("/")


@events.request.add_listener
def count(**_):
    accounts["recorded"] += 1


@events.quit.add_listener
def tell(**_):
    gc.collect()
    greenlets = [thing for thing in gc.get_objects() if isinstance(thing, Greenlet)]
    users = [greenlet for greenlet in greenlets if not greenlet.dead and "Churning" in repr(greenlet)]
    print(json.dumps({**accounts, "users alive": len(alive), "user greenlets": len(users)}))
