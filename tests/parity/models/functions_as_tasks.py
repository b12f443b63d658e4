"""Tasks as plain functions, computed lists, attributes changed at run time, mixins and metaprogramming."""

from parity_tools import finish_after, trace

from locust import HttpUser, TaskSet, constant, task


def index(user):
    user.client.get("/", name="index")
    finish_after(user, 4)


def in_set(taskset):
    taskset.client.get("/hello", name=f"in set of {type(taskset.user).__name__}")
    taskset.interrupt(reschedule=False)


class Mixin:
    def helper(self):
        return self.client.get("/hello", name="through the mixin")


class Functions(HttpUser):
    fixed_count = 1
    wait_time = constant(0.01)
    tasks = [index]


class SetOfFunctions(TaskSet):
    tasks = {in_set: 3}


class Mixed(Mixin, HttpUser):
    fixed_count = 1
    tasks = [SetOfFunctions]

    def wait_time(self):
        self.helper()
        finish_after(self, 3)
        return 0.01


class ChangesItsTasks(HttpUser):
    fixed_count = 1
    wait_time = constant(0.01)

    def on_start(self):
        self.tasks = [self.second]

    @task
    def first(self):
        trace("the class's task ran")
        finish_after(self, 2)

    def second(self, user=None):
        trace("the instance's task ran")
        finish_after(self, 2)


class Sized(HttpUser):
    fixed_count = 1
    wait_time = constant(0.01)

    for size in (1, 2):
        exec(f"def get_{size}(self): self.client.get('/bytes/9', name='sized'); finish_after(self, 6)")
    tasks = [get_1, get_2]  # noqa: F821
