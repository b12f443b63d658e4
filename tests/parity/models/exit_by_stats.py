"""The exit code decided by the statistics when the run ends: share of failures, average, percentile."""

import logging
import os

from parity_tools import finish_after, trace

from locust import User, constant, events, task

SITUATION = os.environ["SITUATION"]


@events.quitting.add_listener
def decide(environment, **kwargs):
    total = environment.stats.total
    trace(f"ratio {total.fail_ratio:.3f} average {total.avg_response_time:.1f}")
    trace(f"percentile {total.get_response_time_percentile(0.95)} {total.num_requests} {total.num_failures}")
    trace(f"before {environment.process_exit_code}")
    if total.fail_ratio > 0.1:
        logging.error("failed due to the share of failures")
        environment.process_exit_code = 1
    elif total.avg_response_time > 200:
        logging.error("failed due to the average")
        environment.process_exit_code = 2
    elif total.get_response_time_percentile(0.95) > 800:
        logging.error("failed due to the percentile")
        environment.process_exit_code = 3
    else:
        environment.process_exit_code = 0


class Measured(User):
    wait_time = constant(0.01)
    number = 0

    @task
    def measure(self):
        self.number += 1
        failing = {"failures": self.number % 4 == 0, "few failures": self.number == 7}.get(SITUATION, False)
        time = {"average": 250, "percentile": 900 if self.number % 10 == 0 else 10}.get(SITUATION, 50)
        self.environment.events.request.fire(
            request_type="OWN",
            name="measured",
            response_time=time,
            response_length=10,
            exception=RuntimeError("bad") if failing else None,
            context={},
        )
        finish_after(self, 20)
