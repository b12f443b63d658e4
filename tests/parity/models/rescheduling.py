"""RescheduleTask, RescheduleTaskImmediately, schedule_task, wait() in a task, get_next_task overridden."""

import time

from parity_tools import trace

from locust import TaskSet, User, constant, task
from locust.exception import RescheduleTask, RescheduleTaskImmediately, StopUser


def waited(since):
    """Whether the wait of 0.2 s has passed: the difference is large enough not to depend on the machine."""
    return "after the wait" if time.monotonic() - since > 0.15 else "at once"


class Immediate(User):
    fixed_count = 1
    wait_time = constant(0.2)
    last = None
    kinds = iter([RescheduleTaskImmediately, RescheduleTask, RescheduleTaskImmediately, StopUser])

    @task
    def again(self):
        if self.last is not None:
            trace(f"rescheduling: {waited(self.last)}")
        self.last = time.monotonic()
        raise next(self.kinds)()


class Scheduler(User):
    fixed_count = 1
    wait_time = constant(0.01)

    @task
    class Steps(TaskSet):
        def on_start(self):
            self.count = 0

        @task
        def root(self):
            self.count += 1
            trace(f"scheduler root {self.count}")
            if self.count == 3:
                raise StopUser()
            self.schedule_task(self.later)
            self.schedule_task(self.sooner, first=True)
            self.schedule_task(self.soonest, first=True)

        def later(self):
            trace("scheduler later")

        def sooner(self):
            trace("scheduler sooner")

        def soonest(self):
            trace("scheduler soonest")


class Waiter(User):
    fixed_count = 1
    wait_time = constant(0.2)

    @task
    def pause(self):
        begun = time.monotonic()
        self.wait()
        trace(f"waiter: {waited(begun)}")
        raise StopUser()


class Chooser(User):
    fixed_count = 1
    wait_time = constant(0.01)

    @task
    class Ordered(TaskSet):
        turn = 0

        def get_next_task(self):
            self.turn += 1
            return [self.alpha, self.beta][self.turn % 2]

        def alpha(self):
            trace("chooser alpha")
            if self.turn >= 4:
                raise StopUser()

        def beta(self):
            trace("chooser beta")

        @task
        def never(self):
            trace("chooser chose by itself")


class OwnWait(User):
    fixed_count = 1
    wait_time = constant(30)

    @task
    class Quick(TaskSet):
        wait_time = constant(0.01)
        turn = 0

        @task
        def go(self):
            self.turn += 1
            trace(f"own wait {self.turn}")
            if self.turn == 3:
                raise StopUser()
