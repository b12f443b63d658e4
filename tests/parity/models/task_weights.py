"""Weighted choice between tasks: functions, classes, a dictionary, a list of pairs. Compared by shares."""

from parity_tools import finish_after

from locust import TaskSet, User, constant, task


def note(user, name):
    user.environment.events.request.fire(
        request_type="TASK", name=name, response_time=1, response_length=0, exception=None, context={}
    )
    finish_after(user, 6000)


def seven(user):
    note(user, "dict 7")


def three(user):
    note(user, "dict 3")


class ByDictionary(User):
    wait_time = constant(0)
    tasks = {seven: 7, three: 3}


class ByDecorator(User):
    wait_time = constant(0)

    @task
    def one(self):
        note(self, "decorated 1")

    @task(4)
    def four(self):
        note(self, "decorated 4")

    @task(0)
    def never(self):
        note(self, "decorated 0")

    @task(5)
    class Inner(TaskSet):
        @task(2)
        def two(self):
            note(self.user, "inner 2")
            self.interrupt()

        @task
        def one(self):
            note(self.user, "inner 1")
            self.interrupt()


class Inherits(ByDecorator):
    """Inherited tasks stay, overridden ones too."""

    tasks = [(seven, 2)]

    @task(3)
    def four(self):
        note(self, "overridden 3")
