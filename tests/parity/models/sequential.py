"""SequentialTaskSet: declaration order, weights as repetition, nested sets, `tasks`, inheritance."""

from parity_tools import trace

from locust import HttpUser, SequentialTaskSet, TaskSet, constant, task
from locust.exception import StopUser


def free_function(taskset):
    trace("free function")
    taskset.client.get("/item/free")


class Base(SequentialTaskSet):
    @task
    def inherited(self):
        trace("inherited")
        self.client.get("/item/inherited")


class Flow(Base):
    def on_start(self):
        trace("flow.on_start")
        self.laps = 0

    @task
    def first(self):
        trace("first")
        self.client.get("/item/first")

    @task(3)
    def thrice(self):
        trace("thrice")
        self.client.get("/item/thrice")

    tasks = [free_function]

    @task
    class Inner(SequentialTaskSet):
        @task
        def one(self):
            trace("inner one")

        @task
        def two(self):
            trace("inner two")
            self.interrupt()

    @task
    class Loose(TaskSet):
        @task
        def once(self):
            trace("loose")
            self.interrupt(reschedule=False)

    @task
    def last(self):
        trace("last")
        self.laps += 1
        if self.laps == 2:
            raise StopUser()


class Walker(HttpUser):
    wait_time = constant(0.005)
    tasks = [Flow]
