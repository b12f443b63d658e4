"""Never ends by itself: for the run time and for signals."""

from parity_tools import trace

from locust import HttpUser, constant, events, task


class Steady(HttpUser):
    wait_time = constant(0.1)

    def on_stop(self):
        trace("on_stop")

    @task
    def work(self):
        self.client.get("/hello")
        self.client.get("/status/404", name="missing")


@events.test_stop.add_listener
def test_stop(**kwargs):
    trace("test_stop")


@events.quitting.add_listener
def quitting(**kwargs):
    trace("quitting")


@events.quit.add_listener
def quit_(exit_code, **kwargs):
    trace(f"quit {exit_code}")
