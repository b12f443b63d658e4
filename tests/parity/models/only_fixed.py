"""Only fixed counts: the ramp ends at their sum."""

from parity_tools import trace

from locust import User, constant, events, task


class Three(User):
    fixed_count = 3
    wait_time = constant(10)

    @task
    def idle(self):
        trace("three")


class One(User):
    fixed_count = 1
    wait_time = constant(10)

    @task
    def idle(self):
        trace("one")


@events.spawning_complete.add_listener
def complete(user_count, **kwargs):
    trace(f"spawning_complete {user_count}")
