"""Which options reach the model, and whose host holds."""

import os

import gevent.event
from legacy_tools import finish_after, trace

from locust import HttpLocust, TaskSet, events, runners, task

hatched = gevent.event.Event()
events.hatch_complete += lambda **kwargs: hatched.set()


class Tasks(TaskSet):
    def on_start(self):
        hatched.wait()  # whose request would come before the statistics are reset is a matter of speed

    @task
    def work(self):
        options = runners.locust_runner.options
        trace(options.num_clients, options.hatch_rate, options.no_web, options.run_time, options.reset_stats)
        trace(self.locust.host[len(os.environ["PARITY_HOST"]) :], type(self.locust).__name__)
        self.client.get("/hello")
        finish_after(self.locust, 2)


class First(HttpLocust):
    task_set = Tasks
    host = os.environ["PARITY_HOST"] + "/item"
    min_wait = max_wait = 1


class Second(First):
    host = os.environ["PARITY_HOST"] + "/echo"
