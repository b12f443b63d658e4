"""Tasks as functions of the module, in every collection that tasks may be in, and inherited ones."""

from legacy_tools import finish_after, trace

from locust import HttpLocust, TaskSet, task


def index(l):  # noqa: E741
    l.client.get("/hello", name="index of " + type(l).__name__)
    finish_after(l.locust, 6)


def about(l):  # noqa: E741
    l.client.get("/json", name="about")
    finish_after(l.locust, 6)


class Listed(TaskSet):
    tasks = [index, index]


class Weighted(TaskSet):
    tasks = {index: 3}


class Paired(TaskSet):
    tasks = [(index, 2)]


class Set(TaskSet):
    tasks = {index}


class Base(TaskSet):
    tasks = {index: 2}

    @task(3)
    def own(self):
        index(self)

    @task
    class Nested(TaskSet):
        @task
        def leave(self):
            self.interrupt()


class Heir(Base):
    @task(2)
    def own(self):
        index(self)

    @task
    def other(self):
        index(self)


class Shop(TaskSet):
    """Its tasks are given after the class statement, and on the instance."""

    def on_start(self):
        self.tasks = [index]


Shop.tasks = [about]

for holder in (Listed, Weighted, Paired, Base, Heir, Shop):
    trace(holder.__name__, [declared.__name__ for declared in holder.tasks])


class ListedUser(HttpLocust):
    task_set = Listed
    min_wait = max_wait = 2


class WeightedUser(ListedUser):
    task_set = Weighted


class PairedUser(ListedUser):
    task_set = Paired


class SetUser(ListedUser):
    task_set = Set


class ShopUser(ListedUser):
    task_set = Shop
