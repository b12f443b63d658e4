"""Options that Locust had until 1.2 and that still do here what they did: -n, --step-load."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from locust import LoadTestShape
from locust.env import Environment

from .errors import usage_error


def limit_requests(environment: Environment, options: Namespace) -> None:
    """Ends the test when -n requests are recorded, failed ones included; each user may have one more under way."""
    limit = getattr(options, "num_requests", None)
    if limit is None:
        return
    if limit < 1:
        raise usage_error(f"argument -n/--num-request: must be 1 or more, not '{limit}'")
    recorded = 0

    def count(**_: Any) -> None:
        nonlocal recorded
        recorded += 1
        if recorded == limit and environment.runner is not None:
            environment.runner.quit()

    # Behind the one that keeps the statistics, which comes with the runner: the user that made the request may be
    # stopped at once.
    environment.events.init.add_listener(lambda **_: environment.events.request.add_listener(count))


def asks_for_steps(options: Namespace) -> bool:
    return getattr(options, "step_load", False)


def step_load(options: Namespace) -> LoadTestShape:
    """The shape that adds --step-clients users each --step-time until there are --clients, and runs for --run-time.

    UsageError if one of the first two is missing."""
    step: int = getattr(options, "step_users", 0)
    duration: int = getattr(options, "step_time", 0)
    if step < 1 or duration < 1:
        raise usage_error("--step-load needs --step-clients and --step-time, each of 1 or more")
    peak, rate, run_time = options.num_users or 1, options.spawn_rate or 1.0, options.run_time

    class StepLoad(LoadTestShape):
        use_common_options = True

        def tick(self) -> tuple[int, float] | None:
            elapsed = self.get_run_time()
            if run_time and elapsed >= run_time:
                return None
            return min(peak, step * (int(elapsed // duration) + 1)), rate

    return StepLoad()
