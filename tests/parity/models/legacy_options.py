"""Which options reach the model, and whose host holds."""

import os

from legacy_tools import finish_after, trace

from locust import HttpLocust, TaskSet, runners, task


class Tasks(TaskSet):
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
