"""Messages of the model's own, sent and received in one process."""

import gevent
from parity_tools import finish_after, trace

from locust import User, constant, events, task
from locust.runners import LocalRunner, MasterRunner, WorkerRunner


def on_users(environment, msg, **kwargs):
    trace(f"users {msg.type} {msg.data} {msg.node_id} {sorted(kwargs)} {environment.runner.state}")
    environment.runner.send_message("acknowledge", f"thanks for {len(msg.data)}")


def on_acknowledge(environment, msg, **kwargs):
    trace(f"acknowledge {msg.data}")


def slow(environment, msg, **kwargs):
    gevent.sleep(0.2)
    trace(f"slow {msg.data}")


def broken(environment, msg, **kwargs):
    raise ValueError("in a message handler")


@events.init.add_listener
def init(environment, **kwargs):
    runner = environment.runner
    trace(f"{isinstance(runner, LocalRunner)} {isinstance(runner, MasterRunner | WorkerRunner)}")
    if not isinstance(runner, MasterRunner):
        runner.register_message("users", on_users)
        runner.register_message("broken", broken)
        runner.register_message("slow", slow, concurrent=True)
    if not isinstance(runner, WorkerRunner):
        runner.register_message("acknowledge", on_acknowledge)


@events.test_start.add_listener
def test_start(environment, **kwargs):
    if not isinstance(environment.runner, WorkerRunner):
        environment.runner.send_message("users", [{"name": f"user {number}"} for number in range(3)])
        environment.runner.send_message("slow", "first")
        environment.runner.send_message("users", [])
        environment.runner.send_message("unknown", 1)
        trace("all sent")


class Sender(User):
    wait_time = constant(0.05)

    @task
    def send(self):
        self.environment.runner.send_message("acknowledge", {"from": "a task"})
        finish_after(self, 3)
