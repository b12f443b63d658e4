"""Tasks put into the queue, with arguments, at its end and at its front; tasks called by the model."""

from legacy_tools import trace

from locust import HttpLocust, TaskSet, task
from locust.exception import StopLocust


def greet_all(taskset, *names, **kwargs):
    trace("greet_all", type(taskset).__name__, names, sorted(kwargs.items()))


class Greeting(TaskSet):
    def on_start(self):
        trace("greeting", self.args, sorted(self.kwargs.items()))

    @task
    def leave(self):
        self.interrupt()


class Tasks(TaskSet):
    turns = 0

    def on_start(self):
        self.schedule_task(self.greet, args=["Ada"], kwargs={"times": 2})
        self.schedule_task(self.greet, ["Bob"])
        self.schedule_task(Greeting, args=(1, 2), kwargs={"depth": 3})
        self.schedule_task(greet_all, kwargs={"loudly": True})
        self.schedule_task(greet_all, args=["Cyd", "Dan"])
        self.schedule_task(self.greet, args=["Eve"], first=True)

    def greet(self, name, times=1):
        trace("greet", name, times)
        self.client.get("/item/" + name, name="greet")

    @task
    def work(self):
        self.turns += 1
        trace("work", self.turns)
        if self.turns == 1:
            self.execute_task(greet_all, "Fay", loudly=False)
            self.execute_task(self.greet, "Gus", times=3)
        elif self.turns == 2:
            self.schedule_task(self.greet, args=["Hal"])
            self.schedule_task(self.greet, args=["Ida"], first=True)
        else:
            raise StopLocust()


class Host(HttpLocust):
    task_set = Tasks
    min_wait = max_wait = 1
