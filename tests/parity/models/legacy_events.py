"""Listeners of 0.x, added with += and removed with -=, on the hooks of Locust and on one of the model's own."""

import locust.events
from legacy_tools import trace
from locust.events import EventHook, request_success

from locust import HttpLocust, TaskSet, events, task
from locust.exception import StopLocust

paid = EventHook()


def on_paid(amount, **kwargs):
    trace("paid", amount, sorted(kwargs.items()))


def on_paid_too(amount, currency):
    trace("paid too", amount, currency)


paid += on_paid
paid += on_paid_too
paid.fire(amount=1, currency="EUR")
paid.fire(reverse=True, amount=2, currency="SEK")
paid -= on_paid
paid.fire(amount=3, currency="DKK")
trace(isinstance(paid, locust.events.EventHook), request_success is events.request_success)


def on_success(request_type, name, response_time, response_length):
    trace("success", request_type, name, response_time > 0, response_length)


def on_failure(request_type, name, response_time, exception, **kwargs):
    trace("failure", request_type, name, response_time > 0, type(exception).__name__, sorted(kwargs))


def on_error(locust_instance, exception, tb):
    trace("error", type(locust_instance).__name__, repr(exception), tb.tb_lineno > 0)


def on_hatched(user_count):
    trace("hatched", user_count)


def on_start_hatching():
    trace("start hatching")


def on_quitting():
    trace("quitting")


def never(**kwargs):
    trace("never", sorted(kwargs))


def removed(name):
    trace("removed", name)


events.request_success += on_success
events.request_failure += on_failure
events.locust_error += on_error
events.hatch_complete += on_hatched
events.locust_start_hatching += on_start_hatching
events.quitting += on_quitting
for hook in (events.request_success, events.request_failure, events.locust_error, events.hatch_complete):
    hook += never
    hook -= never
events.request_success += removed
events.request_success -= removed
events.master_start_hatching += never
events.slave_report += never


class Tasks(TaskSet):
    turns = 0

    @task
    def work(self):
        self.turns += 1
        self.client.get("/hello")
        self.client.get("/status/404", name="missing")
        self.client.post("/echo", data="x", name="post")
        paid.fire(amount=self.turns, currency="ISK")
        if self.turns == 1:
            raise KeyError("wallet")
        if self.turns == 3:
            raise StopLocust()


class Buyer(HttpLocust):
    task_set = Tasks
    min_wait = max_wait = 1
