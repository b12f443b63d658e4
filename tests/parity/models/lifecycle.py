"""The order of all events of a run, and what their listeners are given."""

from parity_tools import trace

from locust import HttpUser, constant, events, task
from locust.runners import LocalRunner


@events.init.add_listener
def init(environment, runner, web_ui, **kwargs):
    trace(f"init {isinstance(runner, LocalRunner)} {web_ui} {runner.state} {sorted(kwargs)}")


@events.test_start.add_listener
def test_start(environment, **kwargs):
    trace(f"test_start {environment.runner.state} users={environment.runner.user_count} {sorted(kwargs)}")


@events.spawning_complete.add_listener
def spawning_complete(user_count, **kwargs):
    trace(f"spawning_complete {user_count} {sorted(kwargs)}")


@events.test_stopping.add_listener
def test_stopping(environment, **kwargs):
    trace(f"test_stopping users={environment.runner.user_count} {sorted(kwargs)}")


@events.test_stop.add_listener
def test_stop(environment, **kwargs):
    runner = environment.runner
    trace(f"test_stop users={runner.user_count} {runner.state} {sorted(kwargs)}")
    total = environment.stats.total
    trace(f"{total.num_requests} requests, {total.num_failures} failures, ratio {total.fail_ratio:.3f}")


@events.quitting.add_listener
def quitting_first(environment, **kwargs):
    trace(f"quitting, registered first, {environment.runner.state} {environment.process_exit_code}")


@events.quitting.add_listener
def quitting_second(**kwargs):
    trace(f"quitting, registered second {sorted(kwargs)}")


@events.quit.add_listener
def quit_(exit_code, **kwargs):
    trace(f"quit {exit_code} {sorted(kwargs)}")


class Actor(HttpUser):
    wait_time = constant(60)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        trace(f"constructed with client {type(self.client).__name__}")

    def on_start(self):
        trace("on_start")

    def on_stop(self):
        trace("on_stop")

    @task
    def act(self):
        self.client.get("/hello")
        trace("acted")
