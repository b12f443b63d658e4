"""Exceptions of user code: in tasks, in on_start, for want of tasks, of a client or of a parent to go back to."""

from legacy_tools import finish_after, trace

from locust import Locust, TaskSet, events, task


def on_error(locust_instance, exception, tb):
    trace("error", type(locust_instance).__name__, type(exception).__name__, tb is not None)


events.locust_error += on_error


class InTasks(TaskSet):
    turns = 0

    @task
    def work(self):
        self.turns += 1
        trace("turn", self.turns)
        if self.turns == 1:
            raise ValueError("turn one")
        if self.turns == 2:
            {}["turn two"]
        if self.turns == 3:
            self.client.get("/")
        finish_after(self.locust, 1)


class InAnInnerTaskSet(TaskSet):
    @task
    class Inner(TaskSet):
        @task
        def work(self):
            self.locust.rounds = getattr(self.locust, "rounds", 0) + 1
            trace("round", self.locust.rounds)
            if self.locust.rounds == 2:
                finish_after(self.locust, 1)
            raise RuntimeError("in an inner task set")


class InOnStart(TaskSet):
    def on_start(self):
        trace("on_start")
        raise ValueError("no session")

    @task
    def never(self):
        trace("never")


class InOnStartOfAnInnerTaskSet(TaskSet):
    @task
    class Inner(TaskSet):
        def on_start(self):
            self.locust.rounds = getattr(self.locust, "rounds", 0) + 1
            if self.locust.rounds == 2:
                finish_after(self.locust, 1)
            raise ValueError("no inner session")

        @task
        def never(self):
            trace("never")


class Nowhere(TaskSet):
    @task
    def leave(self):
        trace("leave")
        self.interrupt()


class Empty(TaskSet):
    turns = 0

    def wait(self):
        self.turns += 1
        if self.turns == 2:
            finish_after(self.locust, 1)


class Quick(Locust):
    min_wait = max_wait = 1


class A(Quick):
    task_set = InTasks


class B(Quick):
    task_set = InAnInnerTaskSet


class C(Quick):
    task_set = InOnStart


class D(Quick):
    task_set = InOnStartOfAnInnerTaskSet


class E(Quick):
    task_set = Nowhere


class F(Quick):
    task_set = Empty
