"""Users that begin together, when all are there: a semaphore that hatch_complete releases."""

from gevent.lock import Semaphore
from legacy_tools import finish_after, trace

from locust import HttpLocust, TaskSet, events, task

all_there = Semaphore()
all_there.acquire()


def on_hatch_complete(user_count):
    trace("all there:", user_count)
    all_there.release()


events.hatch_complete += on_hatch_complete


class Tasks(TaskSet):
    gone = []

    def on_start(self):
        self.client.get("/hello", name="on_start")
        all_there.wait()
        self.gone.append(self)
        trace("goes", len(self.gone))

    @task
    def work(self):
        self.client.get("/hello")
        finish_after(self.locust, 2)


class Runner(HttpLocust):
    task_set = Tasks
    min_wait = max_wait = 1
