"""A listener for every event: which are fired in a local run, and with what."""

from parity_tools import finish_after, trace

from locust import HttpUser, constant, events, task

NAMES = (
    "cpu_warning",
    "heartbeat_received",
    "heartbeat_sent",
    "init",
    "init_command_line_parser",
    "quit",
    "quitting",
    "report_to_master",
    "request",
    "reset_stats",
    "spawning_complete",
    "test_start",
    "test_stop",
    "test_stopping",
    "usage_monitor",
    "user_error",
    "worker_connect",
    "worker_report",
)
LAST = ("usage_monitor",)


def listen(name):
    told = []

    def listener(**keywords):
        line = f"{name} {[(key, type(value).__name__) for key, value in sorted(keywords.items())]}"
        if name in LAST:
            # Its time depends on the machine.
            told.append(line)
            if len(told) == 1:
                print(line)
        else:
            trace(line)

    getattr(events, name).add_listener(listener)


for each in NAMES:
    listen(each)

print(set(NAMES) <= set(vars(events)))


@events.init.add_listener
def init_by_position(environment, runner, web_ui, **kwargs):
    trace(f"{environment.runner is runner} {web_ui is None} {environment.events is events}")
    trace(f"{environment.host is not None} {environment.stop_timeout} {environment.reset_stats}")
    trace(
        f"{[one.__name__ for one in environment.user_classes]} {environment.shape_class} {environment.tags}"
    )
    trace(
        f"{sorted(environment.available_user_classes)} {environment.locustfile} {environment.catch_exceptions}"
    )


class Witness(HttpUser):
    wait_time = constant(0.01)

    @task
    def act(self):
        self.client.get("/hello")
        if getattr(self, "rounds_done", 0) == 1:
            self.rounds_done += 1
            raise ValueError("for user_error")
        finish_after(self, 3)
