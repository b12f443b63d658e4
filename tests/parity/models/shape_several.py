"""Two shapes in one file: which one is in force?"""

from parity_tools import trace

from locust import LoadTestShape, User, constant, task


class Zealous(LoadTestShape):
    def tick(self):
        if self.get_run_time() > 1:
            return None
        trace("Zealous ticks")
        return 1, 10


class Another(LoadTestShape):
    def tick(self):
        if self.get_run_time() > 1:
            return None
        trace("Another ticks")
        return 2, 10


class Idle(User):
    wait_time = constant(1)

    @task
    def idle(self):
        pass
