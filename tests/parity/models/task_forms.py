"""Where tasks may come from: collections of every kind, other objects' methods, late assignment."""

import functools

from parity_tools import step

from locust import HttpUser, TaskSet, User, constant, task
from locust.exception import StopUser


def names(tasks):
    return sorted(getattr(one, "__name__", type(one).__name__) for one in tasks)


class Base(User):
    abstract = True
    fixed_count = 1
    wait_time = constant(0.01)
    rounds = 2

    def on_start(self):
        step(type(self).__name__, f"{type(self.tasks).__name__} {names(self.tasks)}")

    def turn(self, who):
        step(type(self).__name__, who)
        self.rounds -= 1
        if not self.rounds:
            raise StopUser()


def alone(user):
    user.turn("alone")


def other(user):
    user.turn("other")


class OfSet(Base):
    tasks = {alone}


class OfTuple(Base):
    tasks = (alone,)


class OfPairs(Base):
    rounds = 3
    tasks = [(alone, 2), (alone, 1)]


class OfDict(Base):
    rounds = 3
    tasks = {alone: 3, other: 0}


class OfComprehension(Base):
    tasks = [one for one in (alone, other) if one.__name__.startswith("a")] * 2


class Catalogue:
    def __init__(self, title):
        self.title = title

    def browse(self, user):
        user.turn(f"browse {self.title}")


class OfOtherObject(Base):
    tasks = [Catalogue("books").browse]


class OfLambda(Base):
    tasks = [lambda user: user.turn("lambda")]


class OfPartial(Base):
    tasks = [functools.partial(Base.turn, who="partial")]


class Callable:
    def __call__(self, user):
        user.turn("object with __call__")


class OfCallable(Base):
    tasks = [Callable()]


class OfInstance(Base):
    def on_start(self):
        self.tasks = [Catalogue("own").browse]
        super().on_start()

    @task
    def never(self):
        step("OfInstance", "the class's task ran")


class OfConstructor(Base):
    def __init__(self, environment):
        super().__init__(environment)
        self.tasks = [self.bound]

    def bound(self, user=None):
        self.turn(f"bound, given {type(user).__name__}")


class Assigned(Base):
    pass


Assigned.tasks = [other]


class AssignedMethod(Base):
    def method(self):
        self.turn("method assigned after the class")


AssignedMethod.tasks = {AssignedMethod.method: 2}


class Extended(Base):
    @task
    def declared(self):
        self.turn("declared")


Extended.tasks.clear()
Extended.tasks.append(alone)


class ChangesWhileRunning(Base):
    rounds = 4

    @task
    def first(self):
        self.tasks = [other]
        self.turn("first")


class SetOfInstance(TaskSet):
    def __init__(self, parent):
        super().__init__(parent)
        self.tasks = [self.inner]

    def inner(self):
        self.user.turn("bound method of a task set")

    @task
    def never(self):
        step("WithTaskSet", "the class's task ran")


class WithTaskSet(Base):
    tasks = [SetOfInstance]


class DecoratedSet(Base):
    @task(3)
    class Inside(TaskSet):
        tasks = {lambda tasks: tasks.user.turn("lambda in a task set"): 1}


class Parent(Base):
    abstract = True

    @task
    def inherited(self):
        self.turn("task")


class Child(Parent):
    @task(2)
    def added(self):
        self.turn("task")


def nameless(user):
    user.turn("task")


class Replaced(Parent):
    """The attribute is added to inherited tasks; a method that is no task replaces no task."""

    tasks = [nameless]

    def inherited(self):
        self.turn("task")


WEIGHTS = {"light": 1, "heavy": 4}


class Computed(Base):
    @task(WEIGHTS["light"])
    def light(self):
        self.turn("task")

    @task(weight=WEIGHTS["heavy"])
    def heavy(self):
        self.turn("task")

    @task(0)
    def weightless(self):
        step("Computed", "a task of weight 0 ran")


class Plain(HttpUser):
    """A function that takes the user and one that is a task set's."""

    fixed_count = 1
    wait_time = constant(0.01)

    def index(self):
        self.client.get("/hello")
        self.client.get("/item/2", name="item")
        raise StopUser()

    tasks = [index]
