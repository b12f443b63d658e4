"""Locust as a library: an environment, a runner, statistics, without the command line."""

import os

import gevent

from locust import HttpUser, constant, events, task
from locust.env import Environment
from locust.log import setup_logging
from locust.stats import (
    print_error_report,
    print_percentile_stats,
    print_stats,
    stats_history,
    stats_printer,
)

setup_logging("INFO", None)


class Visitor(HttpUser):
    host = os.environ["PARITY_HOST"]
    wait_time = constant(30)

    @task
    def visit(self):
        self.client.get("/hello")
        self.client.get("/status/500", name="broken")


class Second(Visitor):
    weight = 2


def heard(name):
    def listener(**kwargs):
        print(name, sorted(kwargs))

    return listener


for each in ("init", "test_start", "spawning_complete", "test_stopping", "test_stop", "quitting", "quit"):
    getattr(events, each).add_listener(heard(each))

env = Environment(user_classes=[Visitor, Second], events=events)
runner = env.create_local_runner()
print(runner.state, runner.user_count, env.runner is runner, env.web_ui, env.host, env.parsed_options)
env.events.init.fire(environment=env, runner=runner, web_ui=None)
gevent.spawn(stats_printer(env.stats))
gevent.spawn(stats_history, env.runner)

runner.start(3, spawn_rate=100)
print(runner.state)
gevent.sleep(1)
print(runner.state, runner.user_count, sorted(runner.user_classes_count.items()), len(env.stats.history) > 0)
runner.start(6, spawn_rate=100)
gevent.sleep(1)
print(runner.user_count, sorted(runner.user_classes_count.items()), env.stats.total.num_requests)
runner.stop()
print(runner.state, runner.user_count)
runner.start(1, spawn_rate=1)
gevent.sleep(0.5)
print(runner.state, runner.user_count, env.stats.total.num_requests)
gevent.spawn_later(0.2, runner.quit)
runner.greenlet.join()
print(runner.state, runner.user_count, env.process_exit_code)
total = env.stats.total
print(total.num_requests, total.num_failures, total.fail_ratio, sorted(env.stats.entries))
print([(error.name, error.occurrences, error.error) for error in env.stats.errors.values()])
print_stats(env.stats, current=False)
print_percentile_stats(env.stats)
print_error_report(env.stats)
