"""Times of the model's own, measured by a context manager and by a decorator, under the names of their callers."""

import functools
import inspect
import time
from contextlib import contextmanager

from parity_tools import finish_after, trace

from locust import HttpUser, constant, events, task


@contextmanager
def manual_report(name=None, request_type="manual"):
    name = name or inspect.stack()[2].function
    begun = time.perf_counter()
    try:
        yield
    except Exception as error:
        events.request.fire(
            request_type=request_type,
            name=name,
            response_time=(time.perf_counter() - begun) * 1000,
            response_length=0,
            exception=error,
            context={},
        )
        raise
    events.request.fire(
        request_type=request_type,
        name=name,
        response_time=(time.perf_counter() - begun) * 1000,
        response_length=0,
        exception=None,
        context={},
    )


def stopwatch(function):
    @functools.wraps(function)
    def timed(*args, **kwargs):
        task_name = inspect.stack()[1].function
        begun = time.time()
        result = None
        try:
            result = function(*args, **kwargs)
        except Exception as error:
            total = int((time.time() - begun) * 1000)
            events.request.fire(
                request_type="TYPE", name=task_name, response_time=total, response_length=0, exception=error
            )
        else:
            total = int((time.time() - begun) * 1000)
            events.request.fire(
                request_type="TYPE",
                name=function.__name__,
                response_time=total,
                response_length=0,
                exception=None,
            )
        return result

    return timed


class Shopper(HttpUser):
    wait_time = constant(0.01)

    @task
    def shop(self):
        with manual_report("checkout"):
            self.client.get("/hello", name="step one")
            self.client.get("/json", name="step two")
        with manual_report():
            time.sleep(0.01)
        trace(f"{self.look(1)} {self.fail()}")
        finish_after(self, 2)
        with manual_report("broken"):
            raise RuntimeError("inside")

    @stopwatch
    def look(self, number):
        return self.client.get(f"/item/{number}", name="look").status_code

    @stopwatch
    def fail(self):
        raise ValueError("no")


@events.test_stop.add_listener
def report(environment, **kwargs):
    entry = environment.stats.get("checkout", "manual")
    trace(f"{entry.num_requests} {entry.min_response_time > 0}")
