"""Options from configuration files, environment variables and the command line."""

import os

from parity_tools import finish_after, step, trace

from locust import HttpUser, constant, events, tag, task

NAMES = (
    "num_users",
    "spawn_rate",
    "run_time",
    "tags",
    "exclude_tags",
    "loglevel",
    "stop_timeout",
    "csv_prefix",
    "only_summary",
    "headless",
    "exit_code_on_error",
    "basket",
    "shop_name",
    "colours",
    "verbose_model",
    "host",
    "reset_stats",
    "user_classes",
)


@events.init_command_line_parser.add_listener
def add_options(parser):
    parser.add_argument("--basket", type=int, default=1, env_var="SHOP_BASKET")
    parser.add_argument("--shop-name", default="none")
    parser.add_argument("--colours", nargs="*", default=[])
    parser.add_argument("--verbose-model", action="store_true")


@events.init.add_listener
def init(environment, **kwargs):
    for name in NAMES:
        trace(f"{name} = {getattr(environment.parsed_options, name)!r}")
    trace(f"{environment.stop_timeout} {environment.tags} {environment.exclude_tags}")


class Tagged(HttpUser):
    host = os.environ["PARITY_HOST"]
    wait_time = constant(0.01)

    @tag("read")
    @task
    def read(self):
        step("read", "read")
        self.client.get("/status/404", name="same")
        finish_after(self, 2)

    @tag("write", "slow")
    @task
    def slow(self):
        step("slow", "excluded task ran")

    @task
    def untagged(self):
        step("untagged", "untagged task ran")
