"""Mixins, several bases, hooks of class creation, and abstract bases."""

from parity_tools import finish_after, step

from locust import HttpUser, TaskSet, User, between, constant, task


class Timed:
    """A mixin with on_start and a task of its own."""

    wait_time = constant(0.01)

    def on_start(self):
        step(type(self).__name__, "Timed.on_start")
        super().on_start()

    @task
    def of_the_mixin(self):
        step(type(self).__name__, "task of the mixin")
        finish_after(self, 2)


class Named:
    label = "unnamed"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.name = f"{self.label} of {type(self).__name__}"

    def on_start(self):
        step(type(self).__name__, f"Named.on_start {self.name}")
        super().on_start()

    def on_stop(self):
        step(type(self).__name__, "Named.on_stop")
        super().on_stop()


class Both(Named, Timed, User):
    """A decorated method of a class that is no user is not found: it has to be named."""

    fixed_count = 1
    label = "both"
    tasks = [Timed.of_the_mixin]


class Reversed(Timed, Named, HttpUser):
    fixed_count = 1

    @task
    def of_the_mixin(self):
        self.client.get("/hello", name="overridden")
        finish_after(self, 2)


class Registered(User):
    abstract = True
    fixed_count = 1
    wait_time = between(0, 0.01)
    known = []

    def __init_subclass__(cls, **kwargs):
        Registered.known.append(cls.__name__)
        super().__init_subclass__(**kwargs)


class First(Registered):
    def on_start(self):
        step("First", f"known {Registered.known}")

    @task
    def work(self):
        step("First", "works")
        finish_after(self, 1)


class Second(Registered):
    abstract = True

    @task
    def inherited(self):
        step(type(self).__name__, "works")
        finish_after(self, 2)


class Third(Second):
    """Concrete again: abstract is not inherited."""

    def on_start(self):
        step("Third", f"abstract: {[(one.__name__, one.abstract) for one in type(self).__mro__[:3]]}")


class Checks:
    """A mixin for task sets: uses what only the task set has."""

    def check(self, path):
        step(type(self.user).__name__, f"{self.client.get(path).status_code} {self.parent is self.user}")

    def on_stop(self):
        step(type(self.user).__name__, "Checks.on_stop")


class Pages(Checks, TaskSet):
    @task
    def page(self):
        self.check("/json")
        finish_after(self.user, 2)


class Reader(HttpUser):
    fixed_count = 1
    wait_time = constant(0.01)
    tasks = [Pages]


class Meta(type(User)):
    def __new__(mcs, name, bases, namespace):
        namespace["made_by"] = "Meta"
        return super().__new__(mcs, name, bases, namespace)


class ByMetaclass(User, metaclass=Meta):
    fixed_count = 1
    wait_time = constant(0.01)

    for number in range(2):
        locals()[f"number_{number}"] = number

    if number:

        @task
        def conditional(self):
            step("ByMetaclass", f"{self.made_by} {self.number_0} {self.number_1}")
            finish_after(self, 1)
