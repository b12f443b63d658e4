"""The HTML report: what is in it, that nothing in it can break out of its place, and Locust's figures."""

from __future__ import annotations

import json
import os
import re
import subprocess
from argparse import Namespace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from report_recording import SCENARIOS, arguments_of, record
from test_stats_parity import differences

import locust.html
import locust.stats
from locust import TaskSet, User, constant
from locust.env import Environment
from locust.html import get_html_report, process_html_filename, render_template_from

ORACLE = os.environ.get("LOCUST_ORACLE_PYTHON", "")
EVIL = """</script><script>alert('1')</script><img src=x onerror="alert(2)">&amp;{{ 7 * 7 }}"""


class Shop(TaskSet):
    def buy(self) -> None: ...

    tasks = [buy]  # noqa: RUF012


class Customer(User):
    wait_time = constant(1)
    host = "http://shop"

    def look(self) -> None: ...

    tasks = {look: 3, Shop: 1}  # noqa: RUF012


@pytest.fixture
def environment() -> Any:
    environment = Environment(user_classes=[Customer], locustfile="shop.py")
    environment.create_local_runner()
    yield environment
    environment.runner.quit()


@pytest.fixture
def used(environment: Any) -> Any:
    """An environment with some seconds of requests."""
    stats = environment.stats
    start = stats.start_time
    for second in range(1, 11):
        for number in range(20):
            stats.log_request("GET", "/", 10 + number + second / 7, 100)
            stats.log_request("POST", "/basket", 200 + number, 3)
        stats.log_error("POST", "/basket", ValueError("sold out"))
        stats._timeline.record(start + second, second * 3, stats.total._core)
    environment.runner.log_exception("local", "no money", "Traceback: in pay()")
    return environment


class Page(HTMLParser):
    """Elements with their attributes, and the text of each heading, cell and so on."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag not in ("meta", "path"):
            self._open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        for tag in set(self._open):
            self.texts[tag][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def table(self, caption: str) -> list[list[str]]:
        """The rows of cells of the table that is so called."""
        html = re.search(rf'aria-label="{caption}".*?</table>', self.rawdata_all, re.DOTALL)
        assert html
        rows = re.findall(r"<tr>(.*?)</tr>", html[0], re.DOTALL)
        return [
            [
                re.sub("<.*?>", "", cell).strip()
                for cell in re.findall(r"<t[dh].*?>(.*?)</t[dh]>", row, re.DOTALL)
            ]
            for row in rows
        ]

    def feed(self, data: str) -> None:
        self.rawdata_all = data
        super().feed(data)


def texts(page: Page, tag: str) -> list[str]:
    return [" ".join(text.split()) for text in page.texts.get(tag, [])]


@pytest.mark.skipif(not ORACLE, reason="LOCUST_ORACLE_PYTHON does not name a Python with the real Locust")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_arguments_are_those_of_locusts_report_of_the_same_run(scenario: str, tmp_path: Path) -> None:
    script = Path(__file__).with_name("report_recording.py")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))
    }
    subprocess.run(
        [ORACLE, str(script), scenario, str(tmp_path)],
        check=True,
        timeout=120,
        env=environment,
        stdin=subprocess.DEVNULL,
    )
    theirs = json.loads((tmp_path / "args.json").read_text())
    assert differences(theirs, json.loads(json.dumps(record(scenario)))) == []


def test_the_sections_of_a_run_with_failures_and_exceptions(used: Any) -> None:
    page = Page(get_html_report(used))
    assert texts(page, "h1") == ["shop.py"]
    assert texts(page, "h2") == [
        "Charts",
        "Request Statistics",
        "Response Time Statistics",
        "Failures Statistics",
        "Exceptions Statistics",
        "Final ratio",
    ]
    assert texts(page, "h3")[:5] == [
        "Requests per second",
        "Response times",
        "Users and failures",
        "Percentiles of the response time",
        "Distribution of the response time",
    ]
    facts = dict(zip(texts(page, "dt"), texts(page, "dd"), strict=True))
    assert list(facts) == ["Host", "Script", "Start", "End", "Duration"]
    assert facts["Host"] == "http://shop"
    requests = page.table("Request Statistics")
    assert requests[0][:4] == ["Type", "Name", "Requests", "Failures"]
    assert requests[1][:4] == ["GET", "/", "200", "0"]
    assert requests[2][:4] == ["POST", "/basket", "200", "10 (5 %)"]
    assert requests[3][:4] == ["", "Aggregated", "400", "10 (2.5 %)"]
    assert page.table("Failures Statistics")[1][:4] == [
        "10",
        "POST",
        "/basket",
        "ValueError(&#39;sold out&#39;)",
    ]
    assert texts(page, "summary") == ["1× no money on local"] and texts(page, "pre") == [
        "Traceback: in pay()"
    ]
    assert "Made by locust-nest" in texts(page, "footer")[0]


def test_sections_without_anything_to_say_are_left_out(environment: Any) -> None:
    environment.stats.log_request("GET", "/", 1, 1)
    page = Page(get_html_report(environment))
    assert not {"Failures Statistics", "Exceptions Statistics"} & set(texts(page, "h2"))


def test_a_run_in_which_nothing_happened_has_a_page(environment: Any) -> None:
    page = Page(get_html_report(environment))
    assert "Nothing was recorded over time." in page.rawdata_all
    assert page.table("Response Time Statistics")[1][:3] == ["", "Aggregated", "–"]


def test_an_environment_without_a_runner_has_a_page() -> None:
    environment = Environment(user_classes=[Customer])
    environment.stats.log_request("GET", "/", 1, 1)
    assert arguments_of(get_html_report(environment))["exceptions_statistics"] == []


def test_percentiles_are_precise_in_the_tables_and_locusts_in_the_arguments(environment: Any) -> None:
    for response_time in (114.2, 114.2, 1262.5):
        environment.stats.log_request("GET", "/", response_time, 1)
    html = get_html_report(environment)
    row = Page(html).table("Response Time Statistics")[1]
    assert abs(float(row[2]) - 114.2) < 0.6
    assert abs(float(row[9].replace(",", "")) - 1262.5) < 6
    (entry, _) = arguments_of(html)["response_time_statistics"]
    assert (entry["0.5"], entry["1.0"]) == (110, 1300)
    assert "Percentiles are known to 0.4 %." in html


def test_samples_that_came_as_buckets_are_said_to_be_rounded(environment: Any) -> None:
    entry = environment.stats.get("/", "GET")
    worker = locust.stats.RequestStats()
    worker.log_request("GET", "/", 114.2, 1)
    data = worker.get("/", "GET").serialize()
    entry.extend(locust.stats.StatsEntry.unserialize(data, environment.stats))
    environment.stats.total.extend(locust.stats.StatsEntry.unserialize(data, environment.stats))
    html = get_html_report(environment)
    assert "Percentiles are rounded to two digits" in html and "Percentiles are known" not in html


@pytest.mark.parametrize("percentiles", [[0.25, 0.999], [0.5]])
def test_the_columns_of_response_times_are_those_that_a_model_wants(
    used: Any, monkeypatch: pytest.MonkeyPatch, percentiles: list[float]
) -> None:
    monkeypatch.setattr(locust.html, "PERCENTILES_FOR_HTML_REPORT", percentiles)
    header = Page(get_html_report(used)).table("Response Time Statistics")[0]
    assert header[2:-1] == [f"{percent:g} %" for percent in (fraction * 100 for fraction in percentiles)]


def test_charts_are_drawn_without_a_script(used: Any) -> None:
    html = get_html_report(used)
    for key, series in {"rates-0": 2, "times-0": 3, "users-0": 1, "users-1": 1, "percentiles-0": 3}.items():
        plot = html[html.index(f'id="plot-{key}"') :]
        svg = plot[: plot.index("</svg>")]
        assert svg.count("<g ") == series, key
        assert len(re.findall(r'<path class="\w+" d="M[^"]{10,}"', svg)) >= series, key
    bars = html[html.index('id="plot-distribution0-0"') :]
    assert bars[: bars.index("</svg>")].count("V1000Z") > 10


def test_charts_follow_what_a_model_wants_in_them(used: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locust.stats, "PERCENTILES_TO_CHART", [0.5, 0.75, 0.999])
    html = get_html_report(used)
    legend = html[html.index('id="chart-times"') :]
    legend = legend[: legend.index("</ul>")]
    assert re.findall(r"<span>(.*?)</span>", legend) == ["50 %", "75 %", "99 %", "99.9 %"]


def test_charts_are_made_of_locusts_history_when_there_is_nothing_better(environment: Any) -> None:
    stats = environment.stats
    for second in range(0, 50, 5):
        for _ in range(10):
            stats.log_request("GET", "/", 10, 1)
        when = locust.stats.nest_engine.utc_timestamp(stats.start_time + second)
        locust.stats.update_stats_history(environment.runner, when)
    html = get_html_report(environment)
    assert 'id="plot-rates-0"' in html and "Nothing was recorded" not in html


def test_nothing_that_users_or_servers_say_breaks_out_of_its_place() -> None:
    class Evil(User):
        host = EVIL

        def work(self) -> None: ...

        tasks = [work]  # noqa: RUF012

    Evil.__name__ = EVIL
    environment = Environment(user_classes=[Evil], locustfile=EVIL, profile=EVIL)
    runner = environment.create_local_runner()
    environment.stats.log_request(EVIL, EVIL, 5, 1)
    environment.stats.log_request(EVIL, "/other", 5, 1)
    environment.stats.log_error(EVIL, EVIL, EVIL)
    runner.log_exception(EVIL, EVIL, EVIL)
    environment.stats._timeline.finish(environment.stats.start_time + 1, 1, environment.stats.total._core)
    html = get_html_report(environment, theme=EVIL)
    runner.quit()
    page = Page(html)
    assert len(page.all("script")) == 3 and page.all("img") == []
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert "alert(&#39;1&#39;)" in html and "{{ 7 * 7 }}" in html
    assert arguments_of(html)["requests_statistics"][1]["name"] == EVIL


def test_text_that_is_no_unicode_has_a_page(environment: Any) -> None:
    environment.stats.log_request("GET", "/caf\udce9", 5, 1)
    environment.stats.log_error("GET", "/caf\udce9", "broken \ud800")
    get_html_report(environment).encode("utf-8", "backslashreplace")


def test_the_page_needs_no_network(used: Any) -> None:
    html = get_html_report(used, show_download_link=False)
    page = Page(html)
    for _, attributes in page.elements:
        assert not {"src", "srcset", "data"} & set(attributes)
        assert (attributes.get("href") or "#").startswith("#")
    assert "url(" not in html and "@import" not in html and "fetch(" not in html


@pytest.mark.parametrize(
    ("theme", "attribute", "value"),
    [("dark", "dark", "dark"), ("light", "light", "light"), ("", None, "light")],
)
def test_the_theme(used: Any, theme: str, attribute: str | None, value: str) -> None:
    html = get_html_report(used, theme=theme)
    assert Page(html).all("html")[0].get("data-theme") == attribute
    assert f'window.theme = "{value}"\n' in html


def test_the_link_to_download_is_there_if_wanted(used: Any) -> None:
    assert "?download=1" in get_html_report(used)
    assert "?download=1" not in get_html_report(used, show_download_link=False)


@pytest.mark.parametrize(
    ("name", "users", "rate", "run_time", "expected"),
    [
        ("r_{u}_{r}_{t}.html", 5, 2.7, 60, "r_5_2_60.html"),
        ("r_{u}_{r}_{t}.html", None, None, None, "r_{u}_{r}_{t}.html"),
        ("{{u}}{x}{t}{t}", 5, 1, 60, "{5}{x}6060"),
        (None, 5, 1, 60, None),
    ],
)
def test_the_name_of_the_file_may_hold_users_rate_and_time(
    name: str | None, users: int | None, rate: float | None, run_time: int | None, expected: str | None
) -> None:
    options = Namespace(html_file=name, num_users=users, spawn_rate=rate, run_time=run_time)
    process_html_filename(options)
    assert options.html_file == expected


def test_a_template_is_rendered_from_a_folder_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "own.html").write_text("{{ text }} {{ data | tojson }} {{ missing }}")
    assert (
        render_template_from("own.html", str(tmp_path), text="<b>", data={"z": "<"})
        == '<b> {"z": "\\u003c"} '
    )
