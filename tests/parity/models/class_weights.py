"""Which classes get how many users, and in which order they come."""

from parity_tools import finish_after, trace

from locust import User, constant, task


class Common(User):
    abstract = True
    wait_time = constant(10)

    def on_start(self):
        trace(type(self).__name__)

    @task
    def idle(self):
        finish_after(self, 100)


class Fixed(Common):
    fixed_count = 3


class OtherFixed(Common):
    fixed_count = 1
    weight = 1000


class Heavy(Common):
    weight = 5


class Light(Common):
    pass


class Half(Common):
    weight = 2.5


class Never(Common):
    weight = 0
