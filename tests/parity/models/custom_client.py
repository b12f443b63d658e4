"""A client that has nothing to do with HTTP and reports by firing `request`."""

import time

from parity_tools import finish_after

from locust import User, constant, events, task


class Device:
    def __init__(self, request_event):
        self.request_event = request_event

    def call(self, name, exception=None, **more):
        started = time.perf_counter()
        result = name.upper()
        self.request_event.fire(
            request_type="DEVICE",
            name=name,
            response_time=(time.perf_counter() - started) * 1000,
            response_length=len(result),
            exception=exception,
            context={"device": 1},
            **more,
        )
        return result


class DeviceUser(User):
    abstract = True

    def __init__(self, environment):
        super().__init__(environment)
        self.client = Device(environment.events.request)


class Operator(DeviceUser):
    wait_time = constant(0)

    @task
    def operate(self):
        self.client.call("open")
        self.client.call("read", start_time=time.time(), url="device://1", own_keyword=7)
        self.client.call("fail", exception=RuntimeError("device is on fire"))
        self.client.call("fail text", exception="just text")
        events.request.fire(
            request_type="TIMER",
            name="fixed",
            response_time=1500.7,
            response_length=10,
            exception=None,
            context={},
        )
        events.request.fire(request_type="TIMER", name="bare", response_time=105, response_length=0)
        events.request.fire(
            request_type="NONE", name="no time", response_time=None, response_length=3, exception=None
        )
        with events.request.measure("MEASURED", "good"):
            pass
        with events.request.measure("MEASURED", "bad") as event:
            event["response_length"] = 5
            raise ValueError("swallowed and recorded")
        finish_after(self, 20)


@events.request.add_listener
def on_request(request_type, name, response_length, exception, **kwargs):
    if request_type in ("DEVICE", "MEASURED"):
        print(request_type, name, response_length, repr(exception), sorted(kwargs))
