"""What on_stop does at the end of a run: requests, sleeps, in every level of nested task sets."""

import time

from parity_tools import step

from locust import HttpUser, SequentialTaskSet, TaskSet, constant, events, task


class Inner(SequentialTaskSet):
    def on_start(self):
        step(type(self.user).__name__, "inner on_start")

    def on_stop(self):
        step(type(self.user).__name__, "inner on_stop")
        self.client.get("/hello", name="left inner")

    @task
    def stay(self):
        self.user.settle()


class Outer(TaskSet):
    tasks = [Inner]

    def on_start(self):
        step(type(self.user).__name__, "outer on_start")

    def on_stop(self):
        step(type(self.user).__name__, "outer on_stop")
        self.client.get("/hello", name="left outer")


class Base(HttpUser):
    abstract = True
    fixed_count = 1
    wait_time = constant(60)
    tasks = [Outer]

    def on_stop(self):
        begun = time.monotonic()
        time.sleep(0.2)
        step(type(self).__name__, f"user on_stop, slept {time.monotonic() - begun > 0.15}")
        self.client.get("/hello", name="log out")

    def settle(self):
        self.client.get("/hello", name="settled")


class InWait(Base):
    pass


class InRequest(Base):
    def settle(self):
        step("InRequest", "asks")
        self.client.get("/slow?ms=30000", name="never answered")
        step("InRequest", "was answered")


class InSleep(Base):
    def settle(self):
        try:
            time.sleep(30)
        except BaseException as error:
            step("InSleep", f"interrupted by {type(error).__name__}")
            raise
        finally:
            step("InSleep", "finally")


class Cleaning(Base):
    """A task that swallows everything but its end."""

    def settle(self):
        try:
            time.sleep(30)
        except Exception:
            step("Cleaning", "an Exception ended the sleep")


@events.test_stopping.add_listener
def stopping(environment, **kwargs):
    step("run", f"test_stopping {environment.runner.user_count}")


@events.test_stop.add_listener
def stopped(environment, **kwargs):
    step("run", f"test_stop {environment.runner.user_count} {sorted(environment.stats.entries)}")
