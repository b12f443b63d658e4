"""The run ended by a request listener after so many failures, with an exit code of the model's own."""

import gevent
from parity_tools import trace

from locust import HttpUser, events, task

failures = []


@events.init.add_listener
def init(environment, **kwargs):
    @environment.events.request.add_listener
    def on_request(exception, **kwargs):
        if exception:
            failures.append(exception)
            if len(failures) == 3:
                trace(f"enough, {environment.runner.state}")
                environment.process_exit_code = 42
                gevent.spawn_later(1.5, environment.runner.quit)


@events.test_stop.add_listener
def test_stop(environment, **kwargs):
    trace(f"test_stop, exit code {environment.process_exit_code}")


@events.quitting.add_listener
def quitting(environment, **kwargs):
    trace(f"quitting, {len(failures)} failures")


@events.quit.add_listener
def quit_(exit_code, **kwargs):
    trace(f"quit {exit_code}")


class Failing(HttpUser):
    def wait_time(self):
        return 60 if len(failures) == 3 else 0.02

    @task
    def work(self):
        self.client.get("/hello")
        self.client.get("/status/503")
