"""TaskSets inside TaskSets: who starts, who hands control back, and the order of on_start and on_stop."""

from parity_tools import trace

from locust import HttpUser, TaskSet, constant, task
from locust.exception import StopUser


class Forum(TaskSet):
    def on_start(self):
        trace("forum.on_start")
        self.visits = 0

    def on_stop(self):
        trace("forum.on_stop")

    @task
    class Thread(TaskSet):
        def on_start(self):
            trace("thread.on_start")
            self.parent.visits += 1
            self.read = 0

        def on_stop(self):
            trace(f"thread.on_stop after {self.read}")

        @task
        def read_thread(self):
            self.client.get("/item/thread")
            self.read += 1
            trace(f"read {self.read} of visit {self.parent.visits} with {type(self.user).__name__}")
            if self.parent.visits == 3:
                raise StopUser()
            if self.read == 2:
                self.interrupt(reschedule=self.parent.visits % 2 == 0)


class Member(HttpUser):
    wait_time = constant(0.01)
    tasks = [Forum]

    def on_start(self):
        trace("user.on_start")
        self.client.get("/hello", name="user.on_start")

    def on_stop(self):
        trace("user.on_stop")
        self.client.get("/hello", name="user.on_stop")


class Guest(HttpUser):
    """Enters a TaskSet, which gives control back to the user's own tasks."""

    wait_time = constant(0.01)

    def on_start(self):
        self.turns = 0

    @task
    class Browse(TaskSet):
        @task
        def look(self):
            self.user.turns += 1
            self.client.get("/item/look")
            if self.user.turns == 6:
                raise StopUser()
            if self.user.turns % 3 == 0:
                self.interrupt()
