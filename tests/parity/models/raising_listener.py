"""A listener that raises: the others still run, the requests still count, the exit code tells."""

from parity_tools import finish_after, trace

from locust import HttpUser, constant, events, task

seen = []


@events.request.add_listener
def broken(name, **kwargs):
    seen.append(name)
    raise RuntimeError("the listener is broken")


@events.request.add_listener
def sound(name, **kwargs):
    seen.append(name)


@events.test_stop.add_listener
def over(environment, **kwargs):
    trace(f"{len(seen)} calls, {environment.stats.total.num_requests} requests")


class Reporter(HttpUser):
    wait_time = constant(0.01)

    @task
    def work(self):
        self.client.get("/hello")
        finish_after(self, 4)
