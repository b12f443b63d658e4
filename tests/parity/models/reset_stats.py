"""What happened while the users were being spawned is forgotten with --reset-stats."""

import gevent.event
from parity_tools import finish_after

from locust import HttpUser, constant, events, task

spawned = gevent.event.Event()


@events.spawning_complete.add_listener
def release(**kwargs):
    spawned.set()


class Patient(HttpUser):
    wait_time = constant(0.01)

    def on_start(self):
        self.client.get("/hello", name="before")
        self.client.get("/status/404", name="before")
        spawned.wait()

    @task
    def work(self):
        self.client.get("/hello", name="after")
        self.client.get("/status/500", name="after")
        finish_after(self, 3)
