"""Ends the run when too many requests fail: a greenlet that watches the statistics."""

import gevent
from parity_tools import trace

from locust import HttpUser, events, task
from locust.runners import STATE_CLEANUP, STATE_STOPPED, STATE_STOPPING, WorkerRunner


def watch(environment):
    while environment.runner.state not in (STATE_STOPPING, STATE_STOPPED, STATE_CLEANUP):
        gevent.sleep(0.1)
        total = environment.runner.stats.total
        if total.num_requests >= 10 and total.fail_ratio > 0.2:
            trace(f"fail ratio {total.fail_ratio}, quitting")
            gevent.sleep(1.5)
            environment.runner.quit()
            return


@events.init.add_listener
def init(environment, **kwargs):
    if not isinstance(environment.runner, WorkerRunner):
        gevent.spawn(watch, environment)


class Failing(HttpUser):
    turn = 0

    @task
    def work(self):
        self.turn += 1
        self.client.get("/status/500" if self.turn % 2 == 0 else "/hello", name="page")

    def wait_time(self):
        return 60 if self.turn >= 10 else 0.01
