"""`locust.util`, and the request logger: small things that models and plugins import."""

from __future__ import annotations

import csv
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from locust.contrib.csv_request_logger import CSV_COLUMNS, CsvRequestLogger
from locust.env import Environment
from locust.util import deprecation
from locust.util.cache import memoize
from locust.util.date import format_duration, format_safe_timestamp, format_utc_timestamp
from locust.util.deprecation import check_for_deprecated_task_set_attribute
from locust.util.directory import get_abspaths_in
from locust.util.exception_handler import retry
from locust.util.rounding import proper_round
from locust.util.timespan import parse_timespan
from locust.util.url import is_url


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds"),
        (1.9, "1 second"),
        (60, "1 minute"),
        (3601, "1 hour and 1 second"),
        (86400, "1 day"),
        (90061, "1 day, 1 hour, 1 minute and 1 second"),
        (2 * 86400 + 7200, "2 days and 2 hours"),
    ],
)
def test_durations_are_written_out(seconds: float, text: str) -> None:
    assert format_duration(1000, 1000 + seconds) == text


def test_points_in_time_are_written_for_reports_and_for_file_names() -> None:
    assert format_utc_timestamp(1700000000.9) == "2023-11-14T22:13:20Z"
    assert len(format_safe_timestamp(1700000000)) == len("2023-11-14-22h13")
    assert ":" not in format_safe_timestamp(1700000000)


def test_a_memoized_result_lives_until_its_time_is_over_or_it_is_cleared() -> None:
    timeout, calls = [1000.0], []

    @memoize(timeout=lambda: timeout[0], dynamic_timeout=True)
    def count() -> int:
        calls.append(1)
        return len(calls)

    assert (count(), count()) == (1, 1)
    count.clear_cache()
    assert (count(), count()) == (2, 2)
    timeout[0] = -1
    assert count() == 3
    assert count.__name__ == "count"


def test_retry_calls_again_after_each_delay_and_raises_the_last_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    calls: list[Any] = []

    @retry(delays=(0, 0), exception=ValueError)
    def fail(error: Exception) -> None:
        calls.append(error)
        raise error

    with caplog.at_level(logging.ERROR), pytest.raises(ValueError):
        fail(ValueError("busy"))
    assert (len(calls), len(caplog.records)) == (3, 2)
    with pytest.raises(KeyError):
        fail(KeyError("other"))
    assert len(calls) == 4


def test_small_conversions() -> None:
    assert [
        is_url(text) for text in ("http://a/b.py", "HTTPS://a", "http://", "a.py", "ftp://a", "http://[")
    ] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
    assert (proper_round(0.5), proper_round(2.675, 2)) == (1, 2.68)
    assert parse_timespan("1h2m3s") == 3723


def test_files_of_a_folder_without_private_ones(tmp_path: Path) -> None:
    for name in ("b.py", "_a.py", "sub/c.py", "d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    found = sorted(get_abspaths_in(str(tmp_path), extension=".py"))
    assert found == [str(tmp_path / "b.py"), str(tmp_path / "sub" / "c.py")]


def test_a_task_set_attribute_of_a_modern_class_is_warned_of() -> None:
    with pytest.warns(DeprecationWarning, match="'task_set'"):
        check_for_deprecated_task_set_attribute({"task_set": object})
    check_for_deprecated_task_set_attribute({"tasks": []})


def test_the_old_classes_of_locust_itself_must_not_be_derived_from() -> None:
    for owner, message in (
        (deprecation.DeprecatedLocustClass, "The Locust class has been renamed to User"),
        (deprecation.DeprecatedHttpLocustClass, "The HttpLocust class has been renamed to HttpUser"),
        (
            deprecation.DeprecatedFastHttpLocustClass,
            "The FastHttpLocust class has been renamed to FastHttpUser",
        ),
    ):
        with pytest.raises(ImportError, match=message):
            type(owner)("Visitor", (owner,), {})
    with pytest.raises(ImportError, match="no more"):
        deprecation.deprecated_locust_meta_class("no more")("Child", (object,), {})


def test_each_request_becomes_a_line_until_the_test_quits(tmp_path: Path) -> None:
    environment = Environment()
    path = tmp_path / "requests.csv"
    CsvRequestLogger(str(path), flush_interval=2).register(environment)

    def fire(name: str, **more: Any) -> None:
        event = {"request_type": "GET", "name": name, "response_time": 1.5, "response_length": 3}
        environment.events.request.fire(**{**event, "exception": None, "context": {}, **more})

    fire("a,b", response=SimpleNamespace(status_code=404), start_time=1700000000.5)
    fire("none", exception=ValueError("no\nway"), response_time=None, start_time=3)
    assert len(list(csv.reader(path.open(newline="")))) == 3  # flushed
    fire("late start")
    environment.events.quitting.fire(environment=environment)
    fire("too late")
    rows = list(csv.reader(path.open(newline="")))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert rows[1] == ["1700000000.5", "GET", "a,b", "1.5", "3", "404", ""]
    assert rows[2] == ["3", "GET", "none", "", "3", "0", "no\nway"]
    assert float(rows[3][0]) > 1700000000
    assert len(rows) == 4
    with pytest.raises(ValueError):
        CsvRequestLogger(str(path), flush_interval=0)
