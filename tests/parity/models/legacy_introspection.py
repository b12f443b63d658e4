"""What models read of the runner and of the statistics, at import, in tasks and at the end."""

from legacy_tools import trace

import locust
import locust.runners
from locust import HttpLocust, TaskSet, events, runners, task
from locust.exception import StopLocust
from locust.stats import global_stats

trace("import", runners.locust_runner, locust.core.TaskSet is TaskSet, locust.events is events)


@locust.web.app.route("/added")
def added():
    return "hello"


def summary(label):
    runner = runners.locust_runner
    stats = runner.stats
    trace(
        label,
        "runner",
        runner.user_count,
        runner.state == locust.runners.STATE_RUNNING,
        runner.host is not None,
    )
    trace(label, "classes", [known.__name__ for known in runner.locust_classes], len(runner.locusts))
    trace(label, "runs here", isinstance(runner, locust.runners.LocalLocustRunner))
    trace(
        label,
        "total",
        stats.num_requests,
        stats.num_failures,
        stats.total.num_requests,
        stats.total.fail_ratio,
    )
    trace(
        label, "global", global_stats.num_requests, global_stats.total.num_failures, global_stats.total.name
    )
    for key in sorted(runner.request_stats):
        entry = stats.get(*key)
        trace(label, key, entry.name, entry.method, entry.num_requests, entry.num_failures)
        trace(label, entry.min_response_time <= entry.median_response_time <= entry.max_response_time)
    for error in sorted(runner.errors.values(), key=lambda error: error.name):
        trace(label, "error", error.method, error.name, error.occurrences, error.error)
    for kind in runner.exceptions.values():
        trace(
            label,
            "exception",
            kind["count"],
            kind["msg"],
            sorted(kind["nodes"]),
            "raise" in kind["traceback"],
        )


class Tasks(TaskSet):
    turns = 0

    @task
    def work(self):
        self.turns += 1
        self.client.get("/hello")
        self.client.get("/status/500", name="broken")
        if self.turns == 2:
            raise ValueError("a bad turn")
        if self.turns == 3:
            summary("task")
            options = runners.locust_runner.options
            trace(options.num_clients, options.hatch_rate, options.no_web, options.host == self.locust.host)
            raise StopLocust()


class Visitor(HttpLocust):
    task_set = Tasks
    min_wait = max_wait = 1


def on_quitting():
    stats = runners.locust_runner.stats
    trace("quitting", stats.total.num_requests, stats.total.fail_ratio > 0.4)


events.quitting += on_quitting
