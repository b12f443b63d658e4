"""Requests that models report themselves, with every choice of keywords, and events of their own."""

import time

from parity_tools import finish_after, trace

from locust import User, constant, events, task
from locust.event import EventHook, Events

checkout = EventHook()


class ShopEvents(Events):
    def __init__(self):
        super().__init__()
        self.sold = EventHook()


shop = ShopEvents()


class Listener:
    """A listener that is a bound method, and one which is any callable."""

    def __init__(self):
        self.calls = 0
        checkout.add_listener(self.on_checkout)

    def on_checkout(self, amount, **kwargs):
        self.calls += 1
        trace(f"checkout of {amount} {sorted(kwargs)}")

    def __call__(self, **kwargs):
        trace(f"called with {sorted(kwargs)}")


listener = Listener()
checkout.add_listener(listener)


@checkout.add_listener
def broken(amount, **kwargs):
    if amount == 2:
        raise ValueError("two is too much")


@shop.sold.add_listener
def on_sold(thing):
    trace(f"sold {thing}")


@events.request.add_listener
def subset(name, exception, **kwargs):
    if exception:
        trace(f"subset {name} {exception!r}")


@events.request.add_listener
def all_of_them(request_type, name, response_time, response_length, exception=None, context=None, **kwargs):
    context = sorted(context.items()) if isinstance(context, dict) else context
    trace(
        f"{request_type} {name} {type(response_time).__name__} {response_length} {context} {sorted(kwargs)}"
    )


@events.request.add_listener
def old_order(response_length=0, response_time=0, name="", request_type="", **_kwargs):
    pass


class Reporter(User):
    wait_time = constant(0)

    def fire(self, **keywords):
        self.environment.events.request.fire(
            **{"request_type": "OWN", "response_time": 5, "response_length": 1, **keywords}
        )

    @task
    def report(self):
        fire = self.fire
        fire(name="bare")
        fire(name="none", exception=None, context=None)
        fire(name="context", exception=None, context={"id": 7})
        fire(
            name="whole", exception=None, context={}, response=object(), start_time=time.time(), url="own://x"
        )
        fire(name="own keywords", exception=None, context={}, tenant="a", attempt=2)
        fire(name="user", exception=None, context={}, user=self)
        fire(name="exception", exception=ConnectionError("refused"), context={})
        fire(name="exception class", exception=TimeoutError, context={})
        fire(name="exception text", exception="just a text", context={})
        fire(name="exception empty", exception="", context={})
        fire(name="exception false", exception=False, context={})
        fire(name="exception dict", exception={"code": 5}, context={})
        fire(name="float", response_time=12.7, response_length=2.5)
        fire(name="zero", response_time=0, response_length=0)
        fire(name="negative", response_time=1, response_length=-1)
        fire(name="huge", response_time=123456789, response_length=1 << 40)
        fire(name="no time", response_time=None, exception=None)
        fire(name="", exception=None)
        fire(name="ümläut € 你好", exception=None)
        fire(name='a,comma "quote"', exception=None)
        fire(name="type", request_type="", exception=None)
        fire(name="type", request_type="A VERY LONG REQUEST TYPE", exception=None)
        events.request.fire(
            request_type="GLOBAL",
            name="global",
            response_time=3,
            response_length=0,
            exception=None,
            context={},
        )
        trace(f"same event: {events.request is self.environment.events.request}")
        self.measured()
        checkout.fire(amount=1, currency="EUR")
        checkout.fire(amount=2)
        checkout.fire(amount=3, reverse=True)
        checkout.remove_listener(listener)
        checkout.fire(amount=4)
        trace(f"listener called {listener.calls} times, handlers left {len(checkout._handlers)}")
        shop.sold.fire(thing="apple")
        trace(f"own events: {isinstance(shop.request, EventHook)}")
        finish_after(self, 1)

    def measured(self):
        measure = self.environment.events.request.measure
        with measure("MEASURED", "fine"):
            time.sleep(0.01)
        with measure("MEASURED", "changed") as meta:
            trace(f"meta {sorted(meta)}")
            meta["response_length"] = 42
            meta["context"] = {"a": 1}
        with measure("MEASURED", "failed"):
            raise RuntimeError("measured failure")
        with measure("MEASURED", "renamed", 10, {"given": 2}) as meta:
            meta["name"] = "new name"
        with measure("MEASURED", "by keyword", response_length=3, context={"b": 2}):
            pass
        with measure("MEASURED", "own exception") as meta:
            meta["exception"] = ValueError("set by the model")
