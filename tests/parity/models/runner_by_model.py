"""A model that ramps up, down, stops and starts again by itself, and looks at the runner while it does."""

import os

import gevent

from locust import User, constant, events, task
from locust.runners import (
    STATE_CLEANUP,
    STATE_INIT,
    STATE_RUNNING,
    STATE_SPAWNING,
    STATE_STOPPED,
    STATE_STOPPING,
)


def trace(line):
    """Not from parity_tools, which ends the run as soon as there are no users."""
    with open(os.environ["PARITY_TRACE"], "a") as file:
        print(line, file=file)


trace(f"{STATE_INIT} {STATE_SPAWNING} {STATE_RUNNING} {STATE_CLEANUP} {STATE_STOPPING} {STATE_STOPPED}")
alive = set()


class Counted(User):
    wait_time = constant(60)

    def on_start(self):
        alive.add(self)

    def on_stop(self):
        alive.discard(self)

    @task
    def work(self):
        self.environment.events.request.fire(
            request_type="OWN", name="work", response_time=1, response_length=0, exception=None, context={}
        )


class Other(Counted):
    weight = 3


def until(condition):
    for _ in range(200):
        if condition():
            return
        gevent.sleep(0.05)
    trace("waited in vain")


def show(runner, when, users):
    until(lambda: runner.user_count == len(alive) == users and runner.state in (STATE_RUNNING, STATE_STOPPED))
    trace(f"{when}: {runner.state} {runner.user_count} {sorted(runner.user_classes_count.items())}")
    trace(f"{when}: {runner.target_user_count} {runner.stats.total.num_requests}")


def conduct(runner):
    show(runner, "as asked for", 2)
    runner.start(8, 100)
    show(runner, "more", 8)
    trace(f"greenlets {len(runner.user_greenlets)}")
    users = [greenlet.args[0] for greenlet in runner.user_greenlets]
    trace(f"{sorted(type(user).__name__ for user in users)} {all(user in alive for user in users)}")
    runner.start(3, spawn_rate=100)
    show(runner, "fewer", 3)
    runner.start(3, spawn_rate=100)
    gevent.sleep(0.2)
    show(runner, "the same", 3)
    users = [greenlet.args[0] for greenlet in runner.user_greenlets]  # a set, in an order of chance
    for user in sorted(users, key=lambda user: type(user).__name__)[:2]:
        user.stop(force=True)
    show(runner, "two stopped", 1)
    runner.stop()
    show(runner, "stopped", 0)
    runner.start(2, 100)
    show(runner, "again", 2)
    runner.stop()
    runner.stop()
    show(runner, "stopped twice", 0)
    runner.start(5, 100, wait=False, user_classes=[Other])
    show(runner, "of one class", 5)
    gevent.sleep(1.2)
    trace("now quit")
    gevent.spawn(runner.quit)


@events.init.add_listener
def init(environment, runner, **kwargs):
    trace(f"{runner.state} {runner.user_count} {runner.target_user_count} {runner.spawning_greenlet}")
    trace(f"{runner.worker_index} {runner.exceptions} {runner.user_classes_count}")


@events.test_start.add_listener
def test_start(environment, **kwargs):
    trace(f"test_start {environment.runner.state}")
    if not hasattr(environment, "conductor"):
        environment.conductor = gevent.spawn(conduct, environment.runner)


@events.test_stopping.add_listener
def test_stopping(environment, **kwargs):
    trace(f"test_stopping {environment.runner.state} {len(alive)}")


@events.test_stop.add_listener
def test_stop(environment, **kwargs):
    trace(f"test_stop {environment.runner.state} {len(alive)}")


@events.spawning_complete.add_listener
def complete(user_count, **kwargs):
    trace(f"spawning_complete {user_count}")
