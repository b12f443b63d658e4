"""The HTML report as a reader sees it: opened in Chromium, on a phone and on a desk, light and dark."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from browser import chromium, open_page

from locust import User, constant
from locust.env import Environment
from locust.html import get_html_report

pytestmark = pytest.mark.skipif(chromium() is None, reason="there is no chromium: scripts/setup --tests")

# Text that is not within its card, ticks that overlap, paths that draw nothing.
LAYOUT = """(() => {
    const box = (element) => element.getBoundingClientRect();
    const shown = (element) => element.checkVisibility() && box(element).width > 0;
    const all = (selector) => [...document.querySelectorAll(selector)].filter(shown);
    const name = (element) => {
        const place = element.closest("figure, .tile, header");
        return `${place?.textContent.trim().slice(0, 30)}: ${element.textContent}`;
    };
    const outside = all(".tick, .axis-title, .mark b, .legend li, .tile p, figcaption *").filter((element) => {
        const card = box(element.closest(".card, .tile")), own = box(element);
        return own.left < card.left || own.right > card.right || own.top < card.top || own.bottom > card.bottom;
    });
    const overlapping = all(".x-axis").flatMap((axis) => {
        const ticks = [...axis.querySelectorAll(".tick")].filter(shown);
        return ticks.filter((tick, index) => index && box(tick).left < box(ticks[index - 1]).right);
    });
    const plots = all(".field");
    return {
        plots: plots.length,
        empty: plots.filter((plot) => !plot.querySelector("path")).map((plot) => plot.id),
        flat: all(".field path").filter((path) => path.getTotalLength() < 10).length,
        outside: outside.map(name),
        overlapping: overlapping.map(name),
        sideways: document.documentElement.scrollWidth - innerWidth,
        background: getComputedStyle(document.body).backgroundColor,
        color: getComputedStyle(document.body).color,
    };
})()"""

# What a reader may do.
BEHAVIOUR = """(() => {
    const at = (selector) => document.querySelector(selector);
    const plot = at("#plot-rates-0"), place = plot.getBoundingClientRect();
    const readout = () => plot.querySelector(".readout")?.innerText.split("\\n").filter(Boolean);
    const point = (type) => plot.dispatchEvent(new PointerEvent(type, {clientX: place.left + place.width / 2}));
    const press = (key) => plot.dispatchEvent(new KeyboardEvent("keydown", {key}));
    const found = {};
    point("pointermove");
    found.pointed = readout();
    press("ArrowRight");
    found.next = readout();
    found.spoken = at("#spoken").textContent;
    point("pointerleave");
    found.left = readout() ?? null;
    const names = () => [...document.querySelectorAll("#requests tbody tr")].map((row) => row.cells[1].textContent);
    const heads = document.querySelectorAll("#requests th button");
    heads[2].click();
    found.most = names();
    heads[2].click();
    found.least = names();
    heads[1].click();
    found.alphabetic = names();
    found.sort = heads[1].closest("th").getAttribute("aria-sort");
    const entry = at("#chart-percentiles .legend button");
    entry.click();
    const curves = [...document.querySelectorAll("#plot-percentiles-0 g")];
    found.off = curves.map((curve) => curve.classList.contains("off"));
    const select = at(".choice select");
    select.selectedIndex = 1;
    select.dispatchEvent(new Event("change"));
    found.distributions = [...select.options].map((option) => !at("#" + option.value).hidden);
    const background = () => getComputedStyle(document.body).backgroundColor;
    const before = background();
    at("#theme").click();
    found.toggled = background() !== before;
    at("#theme").click();
    found.back = background() === before;
    return found;
})()"""


@pytest.fixture(scope="module")
def page() -> str:
    """Of a run of two hours, with long names and everything that a page can have."""
    return get_html_report(environment_after(7200))


def environment_after(seconds: int) -> Environment:
    class Customer(User):
        wait_time = constant(1)
        host = "http://shop"

        def look(self) -> None: ...

        tasks = [look]  # noqa: RUF012

    chance = random.Random(1)
    environment = Environment(user_classes=[Customer], locustfile="shop.py", profile="a long name " * 8)
    runner = environment.create_local_runner()
    stats = environment.stats
    for step in range(1, 101):
        for number in range(12):
            for _ in range(12 - number):
                name = f"/{'section/' * number}page"
                stats.log_request("GET", name, chance.lognormvariate(0, 1) * 3**number / 100, 10)
        if step % 10 == 0:
            stats.log_error("GET", "/page", ValueError("why " * 50))
        stats._timeline.record(stats.start_time + step * seconds / 100, step, stats.total._core)
    runner.log_exception("local", "no money", "Traceback: " + "x" * 500)
    runner.quit()
    return environment


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [400, 900, 1400])
def test_everything_is_drawn_and_no_text_is_cut_off(
    page: str, tmp_path: Path, width: int, dark: bool
) -> None:
    found = open_page(page, LAYOUT, tmp_path, width, dark)
    colours = (found.pop("background"), found.pop("color"))
    assert found == {"plots": 6, "empty": [], "flat": 0, "outside": [], "overlapping": [], "sideways": 0}
    assert [brightness(colour) > 128 for colour in colours] == [not dark, dark]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_that_was_asked_for_goes_before_the_systems(tmp_path: Path, theme: str) -> None:
    html = get_html_report(environment_after(100), theme=theme)
    found = open_page(html, LAYOUT, tmp_path, 800, dark=theme == "light")
    assert (brightness(found["background"]) < 128) == (theme == "dark")


def test_a_short_run_and_one_without_requests_are_drawn_too(tmp_path: Path) -> None:
    environment = environment_after(1)
    found = open_page(get_html_report(environment), LAYOUT, tmp_path, 400, False)
    assert (found["outside"], found["overlapping"], found["sideways"]) == ([], [], 0)
    environment.stats.clear_all()
    assert open_page(get_html_report(environment), LAYOUT, tmp_path, 400, False)["plots"] == 0


def test_values_are_read_tables_sorted_series_and_themes_switched(page: str, tmp_path: Path) -> None:
    found: dict[str, Any] = open_page(page, BEHAVIOUR, tmp_path, 1400, False)
    assert found["pointed"][0].startswith("1:00:") or found["pointed"][0].startswith("1:01:")
    assert found["pointed"][1:] == ["Requests/s", "1.08", "Failures/s", "0.0139"]
    assert found["spoken"] == f"{found['next'][0]}, Requests/s 1.08, Failures/s 0"
    assert found["next"][0] > found["pointed"][0] and found["left"] is None
    assert found["most"][0] == "/page" and found["least"] == found["most"][::-1]
    assert found["alphabetic"] == sorted(found["alphabetic"]) and found["sort"] == "ascending"
    assert found["off"] == [True] + [False] * 8
    assert found["distributions"] == [False, True] + [False] * 7
    assert found["toggled"] and found["back"]


def brightness(colour: str) -> float:
    """Of a CSS colour such as `rgb(15, 19, 24)`."""
    parts = colour.partition("(")[2].rstrip(")").split(",")
    return sum(float(part) for part in parts[:3]) / 3
