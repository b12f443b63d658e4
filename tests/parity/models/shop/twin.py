"""Has a class of a name that second.py has too."""

from parity_tools import trace

from locust import User, constant, task


class Second(User):
    wait_time = constant(0.01)

    @task
    def work(self):
        trace("the other Second")
