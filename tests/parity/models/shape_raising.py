"""A shape whose tick raises in the middle of the test."""

from parity_tools import trace

from locust import LoadTestShape, User, constant, events, task


class Breaking(LoadTestShape):
    ticks = 0

    def tick(self):
        self.ticks += 1
        trace(f"tick {self.ticks}")
        if self.ticks == 3:
            raise RuntimeError("no idea how many users")
        return 2, 10


class Idle(User):
    wait_time = constant(1)

    @task
    def idle(self):
        pass


@events.quitting.add_listener
def quitting(environment, **kwargs):
    trace(f"quitting with {environment.runner.user_count} users")
