"""The ways in which a user ends. Only the outermost task set has an on_stop, for a stop from outside."""

import gevent
from legacy_tools import trace

from locust import Locust, TaskSet, task
from locust.exception import StopLocust


class Traced(TaskSet):
    def on_start(self):
        trace(type(self.locust).__name__, type(self).__name__, "on_start")

    def on_stop(self):
        trace(type(self.locust).__name__, type(self).__name__, "on_stop")


class InATask(Traced):
    @task
    def work(self):
        trace("stops in a task")
        raise StopLocust()


class Nested(Traced):
    @task
    class Inner(Traced):
        @task
        def work(self):
            trace("stops in an inner task set")
            raise StopLocust()


class InOnStart(Traced):
    def on_start(self):
        trace("stops in on_start")
        raise StopLocust()

    @task
    def never(self):
        trace("never")


class Killed(Traced):
    @task
    class Busy(Traced):
        @task
        def work(self):
            try:
                gevent.sleep(0.2)
            finally:
                trace("the sleep is over")
            gevent.getcurrent().kill()


class KilledWhileWaiting(Traced):
    @task
    def work(self):
        current = gevent.getcurrent()
        gevent.spawn_later(0.3, lambda: current.kill(block=False))


class BrokenOnStop(Traced):
    def on_stop(self):
        trace("on_stop raises")
        raise ValueError("no goodbye")

    @task
    def work(self):
        gevent.getcurrent().kill()


class Quick(Locust):
    min_wait = max_wait = 1


class A(Quick):
    task_set = InATask


class B(Quick):
    task_set = Nested


class C(Quick):
    task_set = InOnStart


class D(Quick):
    task_set = Killed


class E(Locust):
    task_set = KilledWhileWaiting
    min_wait = max_wait = 60000


class F(Quick):
    task_set = BrokenOnStop
