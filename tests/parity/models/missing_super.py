"""A constructor that forgets its base class."""

from locust import User, constant, task


class Forgetful(User):
    wait_time = constant(1)

    def __init__(self, environment):
        pass

    @task
    def work(self):
        pass
