"""A shape of plain pairs: up, down and over. Its own base class is abstract and must not be run."""

from parity_tools import trace

from locust import LoadTestShape, User, constant, events, task


class Stairs(LoadTestShape):
    abstract = True
    stages = ()

    def tick(self):
        run_time = self.get_run_time()
        for end, users in self.stages:
            if run_time < end:
                if self.seen != users:
                    self.seen = users
                    trace(f"tick: {users} users from now on, {self.get_current_user_count()} so far")
                return users, 50
        trace(f"over with {self.get_current_user_count()} users")
        return None


class UpAndDown(Stairs):
    seen = None
    stages = ((1.5, 2), (3.5, 5), (5.5, 1))

    def __init__(self):
        super().__init__()
        trace(f"made: {type(self).__name__}, time {self.get_run_time():.0f}")


class Climber(User):
    wait_time = constant(0.2)

    def on_start(self):
        trace("on_start")

    def on_stop(self):
        trace("on_stop")

    @task
    def climb(self):
        pass


@events.spawning_complete.add_listener
def complete(user_count, **kwargs):
    trace(f"spawning_complete {user_count}")


@events.test_start.add_listener
def started(environment, **kwargs):
    shape = environment.shape_class
    trace(f"test_start, shape {type(shape).__name__}, runner known: {shape.runner is environment.runner}")


@events.test_stop.add_listener
def stopped(**kwargs):
    trace("test_stop")
