"""Attributes of classes that --config-users changes."""

from parity_tools import step, trace

from locust import User, constant, events, task
from locust.exception import StopUser


class Base(User):
    abstract = True
    wait_time = constant(0.01)
    colour = "none"

    def on_start(self):
        step(type(self).__name__, f"{self.colour} {self.host} {self.weight} {self.fixed_count}")

    @task
    def work(self):
        step(type(self).__name__, "work" if type(self) is First else "a task that was taken away")
        raise StopUser()


class First(Base):
    pass


class Second(Base):
    @task
    def added(self):
        step("Second", "added")
        raise StopUser()


@events.init.add_listener
def init(environment, **kwargs):
    for user_class in environment.user_classes:
        description = user_class.json()
        trace(f"{[(key, str(value)) for key, value in sorted(description.items())]}")
