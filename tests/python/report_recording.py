"""The arguments of the HTML report of one recorded run, by whichever `locust` is installed.

As a program: `python report_recording.py SCENARIO DIRECTORY` writes DIRECTORY/args.json.
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
from pathlib import Path
from typing import Any
from unittest import mock

SCENARIOS = ["running", "stopped", "stopping", "nothing", "own settings", "two hosts", "no host"]
START = 1_700_000_000.25


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


def arguments_of(html: str) -> dict[str, Any]:
    found = re.search(r"window\.templateArgs = (\{.*\})$", html, re.MULTILINE)
    assert found
    arguments: dict[str, Any] = json.loads(found[1])
    return arguments


def make_environment(scenario: str) -> Any:
    from locust import TaskSet, User
    from locust.env import Environment

    class Basket(TaskSet):
        def add(self) -> None: ...
        def look(self) -> None: ...

        tasks = {add: 3, look: 1}  # noqa: RUF012

    class Customer(User):
        host = None if scenario == "no host" else "http://shop"
        weight = 3

        def browse(self) -> None: ...

        tasks = [Basket, Basket, browse]  # noqa: RUF012

    class Admin(User):
        host = "http://admin" if scenario == "two hosts" else Customer.host
        fixed_count = 1

        def work(self) -> None: ...

        tasks = [work]  # noqa: RUF012

    return Environment(
        user_classes=[Customer, Admin],
        locustfile="a.py,b.py",
        host="http://given" if scenario == "stopped" else None,
        profile="nightly" if scenario == "running" else None,
    )


def feed(environment: Any, clock: Clock, chance: random.Random) -> None:
    stats = environment.stats
    for number in range(500):
        clock.now += chance.choice([0.0, 0.01, 0.2])
        name = chance.choice(["/", "/a b", '/"quoted"', "</script>"])
        response_time = None if number % 50 == 7 else chance.lognormvariate(4, 2)
        stats.log_request("GET", name, response_time, chance.randrange(5000))
        if chance.random() < 0.1:
            stats.log_error("GET", name, ValueError(f"no <{chance.randrange(4)}> & more"))


def configure(scenario: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Constants of `locust.stats` and of `locust.html` that the scenario assigns, as a model would."""
    if scenario == "own settings":
        return (
            {"PERCENTILES_TO_STATISTICS": [0.5, 0.7], "PERCENTILES_TO_CHART": [0.25]},
            {"PERCENTILES_FOR_HTML_REPORT": [0.1, 0.999]},
        )
    return {"CONSOLE_STATS_INTERVAL_SEC": 2}, {"PERCENTILES_FOR_HTML_REPORT": [0.5, 0.95, 1.0]}


def record(scenario: str) -> list[dict[str, Any]]:
    """What the report says early and late in the run."""
    clock = Clock()
    with mock.patch.object(time, "time", clock):
        from locust import html, stats

        of_stats, of_html = configure(scenario)
        with mock.patch.multiple(stats, **of_stats), mock.patch.multiple(html, **of_html):
            environment = make_environment(scenario)
            runner = environment.create_local_runner()
            environment.stats.clear_all()
            recorded = [arguments_of(html.get_html_report(environment))]
            if scenario != "nothing":
                chance = random.Random(scenario)
                feed(environment, clock, chance)
                stats.update_stats_history(runner)
                feed(environment, clock, chance)
                runner.log_exception("a", "out of <stock>", "Traceback ...")
                runner.log_exception("a", "out of <stock>", "Traceback ...")
                runner.final_user_classes_count = {"Customer": 3, "Admin": 1}
                runner.state = scenario if scenario in ("running", "stopped", "stopping") else "stopped"
            for show_download_link in (True, False):
                recorded.append(arguments_of(html.get_html_report(environment, show_download_link)))
            runner.quit()
    return recorded


if __name__ == "__main__":
    (Path(sys.argv[2]) / "args.json").write_text(json.dumps(record(sys.argv[1])))
