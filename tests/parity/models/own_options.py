"""Options of the model's own: their types, defaults, environment variables, and how the command line says them."""

import argparse
import os

from parity_tools import finish_after, step, trace

from locust import User, constant, events, task


def even(text):
    if int(text) % 2:
        raise argparse.ArgumentTypeError(f"{text} is not even")
    return int(text)


@events.init_command_line_parser.add_listener
def add_options(parser):
    trace(f"options are added to a {type(parser).__name__}")
    parser.add_argument("--basket", type=int, env_var="SHOP_BASKET", default=3, help="Things in it")
    parser.add_argument("--mode", choices=["fast", "slow"], default="slow", include_in_web_ui=False)
    parser.add_argument("--verbose-model", action="store_true", default=False, help="Say more")
    parser.add_argument("--no-wait", dest="waits", action="store_false")
    parser.add_argument("--token", env_var="SHOP_TOKEN", default="none", is_secret=True)
    parser.add_argument(
        "--colours", nargs="*", default=[], is_multiple=True, choices=["red", "green", "blue"]
    )
    parser.add_argument("--label", action="append", default=None)
    parser.add_argument("--level", action="count", default=0)
    parser.add_argument("--even", type=even, default="4", is_required=True)
    parser.add_argument("--ratio", type=float, env_var="SHOP_RATIO", default="0.5")
    parser.add_argument("-q", "--quantity", type=int, metavar="N", default=1)
    group = parser.add_argument_group("Shop", "Options of the shop")
    group.add_argument("--shop-name", default="corner")
    exclusive = parser.add_mutually_exclusive_group()
    exclusive.add_argument("--cash", action="store_true")
    exclusive.add_argument("--card", action="store_true")
    parser.set_defaults(preset="from set_defaults")


OWN = (
    "basket",
    "mode",
    "verbose_model",
    "waits",
    "token",
    "colours",
    "label",
    "level",
    "even",
    "ratio",
    "quantity",
    "shop_name",
    "cash",
    "card",
    "preset",
)


@events.init.add_listener
def init(environment, **kwargs):
    options = environment.parsed_options
    for name in OWN:
        trace(f"{name} = {getattr(options, name)!r}")
    trace(
        f"{options.num_users} {options.spawn_rate} {options.headless} {options.tags} {options.user_classes}"
    )
    trace(f"variable {os.environ.get('SHOP_TOKEN')}")
    options.basket += 1
    options.hung_on = "by init"


@events.test_start.add_listener
def test_start(environment, **kwargs):
    trace(f"{environment.parsed_options.basket} {environment.parsed_options.hung_on}")


class Shopper(User):
    wait_time = constant(0.01)

    @task
    def shop(self):
        options = self.environment.parsed_options
        step("Shopper", f"{options.basket} {options.mode}")
        finish_after(self, 2)
