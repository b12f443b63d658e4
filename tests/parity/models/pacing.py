"""Waits that aim at a rate: compared within what scheduling allows."""

import gevent

from locust import User, between, constant_pacing, constant_throughput, task


class Paced(User):
    abstract = True
    fixed_count = 2

    @task
    def work(self):
        gevent.sleep(0.03)
        self.environment.events.request.fire(
            request_type="PACED",
            name=type(self).__name__,
            response_time=30,
            response_length=0,
            exception=None,
            context={},
        )


class Pacing(Paced):
    wait_time = constant_pacing(0.2)


class Throughput(Paced):
    wait_time = constant_throughput(5)


class Overrun(Paced):
    """Work takes longer than the pace allows: no wait at all."""

    wait_time = constant_pacing(0.01)


class Between(Paced):
    wait_time = between(0.1, 0.2)


class Milliseconds(Paced):
    """Old attributes on a modern class mean nothing."""

    min_wait = 5000
    max_wait = 5000
    wait_time = between(0.15, 0.15)


class ByMethod(Paced):
    def wait_time(self):
        return 0.2


class ByLambda(Paced):
    wait_time = lambda self: 0.2  # noqa: E731
