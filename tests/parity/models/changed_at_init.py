"""What listeners change before the test begins: classes, weights, hosts, options, time to stop."""

import gevent.event
from parity_tools import finish_after, step, trace

from locust import HttpUser, User, constant, events, task

everybody = gevent.event.Event()


class Base(User):
    abstract = True
    wait_time = constant(0.01)

    def on_start(self):
        everybody.wait()

    @task
    def work(self):
        step(type(self).__name__, f"{self.host == self.environment.host}")
        finish_after(self, 1)


class Kept(Base):
    weight = 1


class Dropped(Base):
    weight = 100


class Heavier(Base):
    weight = 1


class Hosted(HttpUser):
    fixed_count = 1
    wait_time = constant(0.01)

    @task
    def work(self):
        step("Hosted", f"{self.client.get('/hello').status_code} {self.host == self.environment.host}")
        self.client.base_url = self.client.base_url + "/item"
        step("Hosted", f"{self.client.get('/7', name='other base').status_code}")
        finish_after(self, 1)


@events.init.add_listener
def init(environment, runner, **kwargs):
    trace(f"{[one.__name__ for one in environment.user_classes]} {environment.stop_timeout}")
    environment.user_classes.remove(Dropped)
    Heavier.weight = 3
    environment.stop_timeout = 5
    options = environment.parsed_options
    trace(f"{options.num_users} {options.spawn_rate} {options.run_time}")
    options.num_users = 5
    options.spawn_rate = 50
    Heavier.tasks = [added]
    environment.own_attribute = {"a": 1}


def added(user):
    step("Heavier", "the task that was assigned at init")
    finish_after(user, 1)


@events.test_start.add_listener
def test_start(environment, **kwargs):
    trace(f"{[one.__name__ for one in environment.user_classes]} {environment.own_attribute}")
    trace(f"{sorted(environment.runner.user_classes_by_name)} {environment.runner.target_user_count}")
    Kept.host = "http://of.the.class"


@events.spawning_complete.add_listener
def complete(**kwargs):
    everybody.set()
