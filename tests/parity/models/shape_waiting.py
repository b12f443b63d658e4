"""Shapes that wait for the users they asked for, count ticks and repeat what they said."""

from parity_tools import trace

from locust import LoadTestShape, User, constant, events, task


class Waiting(LoadTestShape):
    """The next stage begins when all users of this one are there."""

    stages = ((2, 100), (4, 100), (4, 1), (1, 100))
    stage = 0
    ticks = 0

    def tick(self):
        users, rate = self.stages[self.stage]
        self.ticks += 1
        if self.ticks > 2 and self.get_current_user_count() == users:
            trace(f"stage {self.stage} is there: {self.get_current_user_count()} users")
            self.stage += 1
            self.ticks = 0
            if self.stage == len(self.stages):
                return None
            users, rate = self.stages[self.stage]
        return users, rate


class Idle(User):
    wait_time = constant(60)

    @task
    def idle(self):
        pass


class Fixed(Idle):
    fixed_count = 1


@events.spawning_complete.add_listener
def complete(user_count, **kwargs):
    trace(f"spawning_complete {user_count}")


@events.test_stopping.add_listener
def stopping(environment, **kwargs):
    trace(f"{sorted(environment.runner.user_classes_count.items())}")
    trace(f"reset time: {environment.shape_class.get_run_time() > 1}")
