"""A thousand users of which a shape stops and starts one in twenty each second; each accounts for what it did.

The last line of stdout is a JSON object with the accounts. SOAK_SECONDS says how long the shape lasts.
"""

import gc
import json
import os
import weakref

from gevent import Greenlet, GreenletExit

from locust import HttpUser, LoadTestShape, constant, events, task

USERS, FEWER = 1000, 900  # 100 in two seconds: one in twenty each second
RATE = 200

accounts = dict.fromkeys(["started", "recorded", "cut", "constructed", "on_start", "on_stop"], 0)
alive = weakref.WeakSet()


class Churn(LoadTestShape):
    seconds = float(os.environ.get("SOAK_SECONDS", "60"))

    def tick(self):
        run_time = self.get_run_time()
        if run_time >= self.seconds:
            return None
        ramping = run_time < USERS / RATE
        return (USERS if ramping or int(run_time) % 2 else FEWER), RATE


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
        accounts["started"] += 1
        try:
            self.client.get("/")
        except GreenletExit:
            accounts["cut"] += 1
            raise


@events.request.add_listener
def count(**_):
    accounts["recorded"] += 1


@events.quit.add_listener
def tell(**_):
    gc.collect()
    greenlets = [thing for thing in gc.get_objects() if isinstance(thing, Greenlet)]
    users = [greenlet for greenlet in greenlets if not greenlet.dead and "Churning" in repr(greenlet)]
    print(json.dumps({**accounts, "users alive": len(alive), "user greenlets": len(users)}))
