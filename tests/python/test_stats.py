"""What models and plugins do with `locust.stats`, beyond the recorded runs of test_stats_parity.py."""

from __future__ import annotations

import copy
import csv
import gc
import io
import json
import logging
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gevent
import pytest
import requests

import nest_engine
from locust import stats as stats_module
from locust.event import Events
from locust.exception import CatchResponseError
from locust.stats import RequestStats, StatsCSV, StatsCSVFileWriter, StatsEntry, StatsError, StatsListener


@pytest.fixture
def stats() -> RequestStats:
    return RequestStats()


@pytest.fixture
def environment(stats: RequestStats) -> Any:
    return SimpleNamespace(stats=stats, runner=None)


@pytest.fixture
def listener(environment: Any) -> StatsListener:
    return StatsListener(environment)


@pytest.fixture
def messages() -> Iterator[list[str]]:
    """What is logged by locust.stats and by its console logger."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    loggers = [logging.getLogger("locust.stats"), logging.getLogger("locust.stats_logger")]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    yield lines
    for logger in loggers:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)


class TestListener:
    def test_counts_known_entries_on_the_short_way_as_on_the_long_one(self, listener: StatsListener) -> None:
        other = RequestStats()
        for number in range(1000):
            listener.log("GET", "/a", number * 1.7, number)
            other.log_request("GET", "/a", number * 1.7, number)
        ours, theirs = (
            listener.environment.stats.get("/a", "GET").serialize(),
            other.get("/a", "GET").serialize(),
        )
        for key in ("num_requests", "total_response_time", "max_response_time", "min_response_time"):
            assert ours[key] == theirs[key], key
        assert ours["response_times"] == theirs["response_times"]
        assert ours["total_content_length"] == theirs["total_content_length"]

    def test_takes_an_event_with_more_keywords_than_it_needs(self, listener: StatsListener) -> None:
        listener(
            request_type="GET", name="/a", response_time=5, response_length=7, context={}, url="http://x"
        )
        assert listener.environment.stats.total.num_requests == 1
        assert listener.environment.stats.total.num_failures == 0

    def test_counts_a_request_without_a_time_but_not_in_averages_and_percentiles(
        self, listener: StatsListener
    ) -> None:
        for response_time in (None, 100, None, 200, None):
            listener.log("GET", "/a", response_time, 7)
        entry = listener.environment.stats.get("/a", "GET")
        assert (entry.num_requests, entry.num_none_requests) == (5, 3)
        assert (entry.avg_response_time, entry.min_response_time, entry.max_response_time) == (150, 100, 200)
        assert entry.median_response_time == 200
        assert [entry.get_response_time_percentile(p) for p in (0.1, 0.5, 1.0)] == [100, 200, 200]
        assert entry.response_times == {100: 1, 200: 1}
        assert entry.avg_content_length == 7

    def test_takes_the_truth_of_the_exception_for_a_failure(self, listener: StatsListener) -> None:
        for exception in (ValueError("x"), "text", "", None, 0):
            listener.log("GET", "/a", 5, 7, exception)
        assert listener.environment.stats.total.num_requests == 5
        assert listener.environment.stats.total.num_failures == 2

    def test_follows_the_environment_to_other_statistics(self, listener: StatsListener) -> None:
        listener.log("GET", "/a", 5, 7)
        before, listener.environment.stats = listener.environment.stats, RequestStats()
        listener.log("GET", "/a", 5, 7)
        listener.log("GET", "/a", 5, 7)
        assert before.num_requests == 1
        assert listener.environment.stats.num_requests == 2

    def test_respects_a_subclass_that_counts_in_its_own_way(self, environment: Any) -> None:
        class ByMethod(RequestStats):
            def log_request(self, method: str, name: str, *rest: Any) -> None:
                super().log_request(method, "everything", *rest)

        environment.stats = ByMethod()
        listener = StatsListener(environment)
        for name in ("/a", "/b", "/a"):
            listener.log("GET", name, 1, 1)
        assert list(environment.stats.entries) == [("everything", "GET")]

    def test_reads_a_replaced_bucket_function_at_every_request(
        self, listener: StatsListener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        listener.log("GET", "/a", 147, 0)
        monkeypatch.setattr(stats_module, "bucket_response_time", lambda time: 1000 + time)
        listener.log("GET", "/a", 147, 0)
        monkeypatch.undo()
        listener.log("GET", "/a", 147, 0)
        assert listener.environment.stats.total.response_times == {150: 2, 1147: 1}

    def test_a_bucket_function_may_return_ints_and_equal_floats(
        self, listener: StatsListener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(stats_module, "bucket_response_time", lambda time: round(time, -1))
        for response_time in (14, 14.9, 13):
            listener.log("GET", "/a", response_time, 0)
        total = listener.environment.stats.total
        assert total.response_times == {10: 3}
        assert repr(total.get_response_time_percentile(0.5)) == "10"

    @pytest.mark.parametrize("response_time", [float("nan"), float("inf"), 1e300])
    def test_refuses_a_time_that_is_no_time(self, listener: StatsListener, response_time: float) -> None:
        listener.log("GET", "/a", 1, 0)
        with pytest.raises(ValueError, match="response time"):
            listener.log("GET", "/a", response_time, 0)
        assert listener.environment.stats.num_requests == 1

    def test_refuses_a_length_that_is_none(self, listener: StatsListener) -> None:
        listener.log("GET", "/a", 1, 0)
        with pytest.raises(TypeError):
            listener.log("GET", "/a", 1, None)  # type: ignore[arg-type]
        assert listener.environment.stats.num_requests == 1

    def test_takes_names_that_are_no_text(self, listener: StatsListener) -> None:
        for name in ("/\udc80", 17, None, "ok"):
            listener.log("GET", name, 1, 0)  # type: ignore[arg-type]
            listener.log("GET", name, 1, 0)  # type: ignore[arg-type]
        assert sorted(listener.environment.stats.entries) == [
            ("", "GET"),
            ("/?", "GET"),
            ("17", "GET"),
            ("ok", "GET"),
        ]
        assert listener.environment.stats.num_requests == 8
        assert len(stats_module.get_stats_summary(listener.environment.stats)) == 8


class TestEntries:
    def test_are_made_on_access_and_stay_the_same_object(self, stats: RequestStats) -> None:
        entry = stats.entries[("/a", "GET")]
        stats.log_request("GET", "/a", 5, 1)
        assert stats.get("/a", "GET") is entry
        assert entry.num_requests == 1
        assert (entry.name, entry.method, entry.stats) == ("/a", "GET", stats)

    def test_are_a_dict_in_the_order_of_their_first_request(self, stats: RequestStats) -> None:
        for name in ("/b", "/a"):
            stats.log_request("GET", name, 5, 1)
        assert isinstance(stats.entries, dict)
        assert [entry.name for entry in stats.entries.values()] == ["/b", "/a"]
        assert [entry.name for entry in stats_module.sort_stats(stats.entries)] == ["/a", "/b"]

    def test_removed_by_a_model_are_gone_from_the_reports(self, stats: RequestStats) -> None:
        for name in ("/a", "/b", "/c", "/d"):
            stats.log_request("GET", name, 5, 1)
        del stats.entries[("/a", "GET")]
        stats.entries.pop(("/b", "GET"))
        assert stats.entries.pop(("/zzz", "GET"), None) is None
        stats.entries[("/c", "GET")] = StatsEntry(stats, "renamed", "GET")
        table = "\n".join(stats_module.get_stats_summary(stats))
        assert "/a" not in table and "/b" not in table and "/c" not in table
        assert "renamed" in table and "/d" in table
        stats.entries.clear()
        assert len(stats_module.get_stats_summary(stats)) == 4

    def test_count_again_from_zero_after_clear_all(self, stats: RequestStats) -> None:
        stats.log_request("GET", "/a", 5, 1)
        held = stats.get("/a", "GET")
        stats.clear_all()
        assert (len(stats.entries), stats.num_requests, len(stats.errors), stats.history) == (0, 0, 0, [])
        stats.log_request("GET", "/a", 5, 1)
        assert held.num_requests == 1
        assert stats.get("/a", "GET") is not held

    def test_keep_their_identity_in_reset_all(self, stats: RequestStats) -> None:
        stats.log_request("GET", "/a", 5, 1)
        held = stats.get("/a", "GET")
        stats.reset_all()
        assert stats.get("/a", "GET") is held
        assert held.num_requests == 0

    def test_let_models_assign_what_they_read(self, stats: RequestStats) -> None:
        entry = stats.get("/a", "GET")
        entry.num_requests = 10
        entry.num_failures = 5
        entry.total_response_time = 500
        entry.min_response_time, entry.max_response_time = 20, 70.5
        entry.response_times = {50: 9}
        entry.response_times[60] += 1
        entry.num_reqs_per_sec[1000] = 10
        assert entry.avg_response_time == 50.0
        assert entry.fail_ratio == 0.5
        assert entry.get_response_time_percentile(1.0) == 60
        assert entry.response_times == {50: 9, 60: 1}
        assert entry.num_reqs_per_sec == {1000: 10}
        del entry.response_times[60]
        assert json.dumps(entry.response_times) == '{"50": 9}'

    def test_refuse_current_percentiles_without_a_cache(self) -> None:
        stats = RequestStats(use_response_times_cache=False)
        stats.log_request("GET", "/a", 5, 1)
        assert stats.total.response_times_cache is None
        with pytest.raises(ValueError, match="use_response_times_cache"):
            stats.total.get_current_response_time_percentile(0.5)

    def test_take_snapshots_for_current_percentiles_by_hand(self, stats: RequestStats) -> None:
        stats.total.response_times_cache = {}
        stats.log_request("GET", "/a", 5, 1)
        now = int(time.time())
        stats.total._cache_response_times(now - 10)
        assert stats.total.response_times_cache == {now - 10: ({5: 1}, 1, 0)}
        stats.log_request("GET", "/a", 900, 1)
        assert stats.total.get_current_response_time_percentile(0.0) == 900

    def test_refuse_a_percentile_row_of_nothing(self, stats: RequestStats) -> None:
        with pytest.raises(ValueError, match="no request"):
            stats.total.percentile()

    def test_copy_to_independent_entries(self, stats: RequestStats) -> None:
        stats.log_request("GET", "/a", 5, 1)
        for clone in (copy.copy(stats.total), copy.deepcopy(stats.total)):
            stats.log_request("GET", "/a", 5, 1)
            assert clone.num_requests < stats.total.num_requests
            assert clone.response_times == {5: clone.num_requests}

    def test_copy_counts_to_plain_dicts(self, stats: RequestStats) -> None:
        stats.log_request("GET", "/a", 5, 1)
        for counts in (copy.copy(stats.total.response_times), copy.deepcopy(stats.total.response_times)):
            counts[5] = 99
        assert stats.total.response_times == {5: 1}

    def test_are_freed_with_their_statistics(self) -> None:
        stats = RequestStats()
        stats.log_request("GET", "/a", 5, 1)
        stats.log_error("GET", "/a", ValueError("x"))
        gone = weakref.ref(stats)
        del stats
        gc.collect()
        assert gone() is None


class TestErrors:
    def test_are_grouped_by_their_text_with_addresses_masked(self, stats: RequestStats) -> None:
        for address in ("0x7f01", "0x7f02"):
            stats.log_error("GET", "/a", f"<Lock object at {address}>")
        (error,) = stats.errors.values()
        assert error.occurrences == 2
        assert error.to_dict()["error"] == "<Lock object at 0x....>"

    def test_show_a_verdict_without_its_wrapper(self) -> None:
        assert StatsError("GET", "/", CatchResponseError("bad")).to_name() == "GET /: bad"
        assert StatsError("GET", "/", ValueError("bad")).to_name() == "GET /: ValueError('bad')"
        assert StatsError("GET", "/", "CatchResponseError('bad')").to_name() == "GET /: 'bad'"

    def test_keep_the_exception_for_who_asks(self, stats: RequestStats) -> None:
        problem = ValueError("x")
        stats.log_error("GET", "/a", problem)
        (error,) = stats.errors.values()
        assert error.error is problem
        error.error = "something else"
        assert stats_module.get_error_report_summary(stats)[3].startswith(
            "1                  GET /a: something else"
        )

    @pytest.mark.parametrize(
        "make",
        [
            lambda thing: requests.HTTPError("500 Server Error", response=thing),
            lambda thing: ConnectionRefusedError(111, "refused"),
            lambda thing: KeyError("key"),
            lambda thing: json.JSONDecodeError("Expecting value", "text", 0),
        ],
    )
    def test_keep_neither_responses_nor_frames(self, stats: RequestStats, make: Callable[[Any], Any]) -> None:
        def fail() -> tuple[str, str]:
            thing = requests.Response()
            gone.append(weakref.ref(thing))
            try:
                raise make(thing)
            except Exception as error:
                stats.log_error("GET", "/a", error)
                return repr(error), str(error)

        gone: list[Any] = []
        texts = fail()
        gc.collect()
        assert gone[0]() is None
        (row,) = stats.errors.values()
        assert (repr(row.error), str(row.error)) == texts
        assert type(row.error) is type(make(None))

    def test_keep_what_cannot_be_made_again(self, stats: RequestStats) -> None:
        class Odd(Exception):
            def __new__(cls, text: str, number: int) -> Any:
                return super().__new__(cls, text)

            def __init__(self, text: str, number: int) -> None:
                super().__init__(text)

        for problem in (Odd("text", 1), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid")):
            try:
                raise problem
            except Exception as error:
                stats.log_error("GET", "/a", error)
            assert list(stats.errors.values())[-1].error is problem

    def test_removed_by_a_model_are_gone_from_the_report(
        self, stats: RequestStats, messages: list[str]
    ) -> None:
        stats.log_error("GET", "/a", "expected")
        stats.log_error("GET", "/a", "real")
        for key in [key for key, error in stats.errors.items() if error.error == "expected"]:
            del stats.errors[key]
        assert len(stats_module.get_error_report_summary(stats)) == 6
        stats.errors = {}
        stats_module.print_error_report(stats)
        assert messages == []

    @pytest.mark.parametrize("error", ["no", ValueError("no"), ConnectionRefusedError(111, "no")])
    def test_of_a_known_kind_are_counted_without_python(
        self, stats: RequestStats, listener: StatsListener, monkeypatch: pytest.MonkeyPatch, error: Any
    ) -> None:
        listener("GET", "/a", 1.0, 0, error)
        ((key, row),) = stats.errors.items()
        with monkeypatch.context() as patch:
            patch.setattr("locust._stats.error.hashlib.sha256", None)
            listener("GET", "/a", 1.0, 0, error)
        assert (row.occurrences, stats.get("/a", "GET").num_failures, stats.num_failures) == (2, 2, 2)
        stats.errors[key] = StatsError("GET", "/a", "of the model's own")
        listener("GET", "/a", 1.0, 0, error)
        assert (row.occurrences, stats.errors[key].occurrences) == (2, 1)
        stats.errors.clear()
        listener("GET", "/a", 1.0, 0, error)
        assert stats.errors[key].occurrences == 1

    @pytest.mark.parametrize(
        ("owner", "name"),
        [
            (RequestStats, "log_error"),
            (StatsError, "parse_error"),
            (StatsError, "create_key"),
            (RequestStats, "_kind_of_failure"),
        ],
    )
    def test_are_told_apart_as_the_model_says(
        self,
        stats: RequestStats,
        listener: StatsListener,
        monkeypatch: pytest.MonkeyPatch,
        owner: type,
        name: str,
    ) -> None:
        listener("GET", "/a", 1.0, 0, "no 1")
        asked: list[str] = []
        plain = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *args: [asked.append(name), plain(*args)][1])
        listener("GET", "/a", 1.0, 0, "no 1")
        assert asked
        assert stats.num_failures == 2

    def test_survive_the_wire(self, stats: RequestStats) -> None:
        stats.log_error("GET", "/a", ValueError("x"))
        ((key, data),) = stats.serialize_errors().items()
        again = StatsError.unserialize(data)
        assert StatsError.create_key(again.method, again.name, again.error) == key
        assert again.to_dict() == stats.errors[key].to_dict()


class TestBounds:
    """A model that puts an id into every name, or every failure, does not fill the memory."""

    @pytest.fixture(autouse=True)
    def three_rows(self, stats: RequestStats) -> None:
        stats.max_rows = 3

    def test_further_names_are_counted_in_one_row_and_named_once_in_the_log(
        self, stats: RequestStats, listener: StatsListener, messages: list[str]
    ) -> None:
        for number in range(100):
            listener("GET", f"/item/{number}", 10.0 + number, 7)
            listener("GET", "/item/1", 1.0, 7)
        assert list(stats.entries) == [
            ("/item/0", "GET"), ("/item/1", "GET"), ("/item/2", "GET"), ("(all further names)", "")
        ]  # fmt: skip
        further = stats.get("/item/50", "GET")
        assert (further.num_requests, further.min_response_time, further.max_response_time) == (97, 13, 109)
        assert stats.entries[("/item/1", "GET")].num_requests == 101
        assert stats.total.num_requests == 200
        assert len(messages) == 1
        assert "GET /item/3" in messages[0] and "--max-stats-rows" in messages[0]

    def test_the_entry_of_a_further_name_is_the_row_that_counts_it(self, stats: RequestStats) -> None:
        for number in range(3):
            stats.get(f"/{number}", "GET")
        assert stats.get("/3", "GET") is stats.entries[("/4", "POST")] is stats.get("(all further names)", "")
        assert ("/3", "GET") not in stats.entries
        stats.log_request("GET", "/3", 5, 5)
        assert stats.get("/3", "GET").num_requests == 1
        mine = stats.entries[("/mine", "GET")] = StatsEntry(stats, "/mine", "GET")
        stats.log_request("GET", "/mine", 5, 5)
        assert mine.num_requests == 1

    def test_there_is_room_again_when_the_model_makes_some(self, stats: RequestStats) -> None:
        for number in range(4):
            stats.log_request("GET", f"/{number}", 5, 5)
        del stats.entries[("/0", "GET")], stats.entries[("/1", "GET")]
        stats.log_request("GET", "/4", 5, 5)
        assert stats.entries[("/4", "GET")].name == "/4"
        stats.clear_all()
        assert not stats.entries
        stats.log_request("GET", "/5", 5, 5)
        assert stats.entries[("/5", "GET")].name == "/5"

    def test_without_a_limit_every_name_has_its_row(
        self, stats: RequestStats, listener: StatsListener
    ) -> None:
        stats.max_rows = 0
        for number in range(20):
            listener("GET", f"/{number}", 10.0, 7, exception=f"{number}")
        assert len(stats.entries) == len(stats.errors) == 20

    def test_further_kinds_of_failures_are_counted_in_one_row_too(
        self, stats: RequestStats, listener: StatsListener, messages: list[str]
    ) -> None:
        for number in range(10):
            listener("GET", "/a", 1.0, 7, exception=ValueError(f"no such item: {number}"))
        listener("GET", "/a", 1.0, 7, exception=ValueError("no such item: 1"))
        rows = [(error.name, error.occurrences) for error in stats.errors.values()]
        assert rows == [("/a", 1), ("/a", 2), ("/a", 1), ("(all further failures)", 7)]
        assert stats.total.num_failures == 11
        assert len(messages) == 1 and "no such item: 3" in messages[0]
        table = "\n".join(stats_module.get_error_report_summary(stats))
        assert "(all further failures): more than 3 kinds of failures" in table

    def test_failures_of_further_names_are_one_kind_if_their_texts_are_equal(
        self, stats: RequestStats, listener: StatsListener
    ) -> None:
        for number in range(10):
            listener("GET", f"/{number}", 1.0, 7, exception="refused" if number > 2 else None)
        assert [(error.name, error.occurrences) for error in stats.errors.values()] == [
            ("(all further names)", 7)
        ]
        assert stats.get("/9", "GET").num_failures == 7

    def test_reports_of_other_processes_are_bounded_too(self, stats: RequestStats) -> None:
        events, other = Events(), RequestStats()
        stats_module.setup_distributed_stats_event_listeners(events, stats)
        for number in range(10):
            other.log_request("GET", f"/{number}", 5, 5)
            other.log_error("GET", f"/{number}", f"{number}")
        data = {
            "stats": other.serialize_stats(),
            "stats_total": other.total.serialize(),
            "errors": other.serialize_errors(),
        }
        events.worker_report.fire(client_id="1", data=data)
        assert stats.get("/9", "GET").num_requests == 7 and len(stats.entries) == 4
        assert [error.occurrences for error in stats.errors.values()] == [1, 1, 1, 7]

    def test_the_history_of_a_long_run_is_kept_in_wider_steps(
        self, stats: RequestStats, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("locust._stats.history.MOST_ROWS", 8)
        runner: Any = SimpleNamespace(stats=stats, user_count=1)
        for number in range(13):
            stats_module.update_stats_history(runner, f"{number:02}")
        assert [row["time"] for row in stats.history] == ["00", "04", "08", "10", "12"]


class TestSettings:
    def test_of_the_tables_are_read_when_they_are_printed(
        self, stats: RequestStats, monkeypatch: pytest.MonkeyPatch, messages: list[str]
    ) -> None:
        stats.log_request("GET", "/a", 5, 1)
        monkeypatch.setattr(stats_module, "PERCENTILES_TO_REPORT", [0.123])
        monkeypatch.setattr(stats_module, "STATS_NAME_WIDTH", 10)
        stats_module.print_percentile_stats(stats)
        assert messages[1] == "Type     Name          12.3% # reqs"
        assert messages[-1] == ""

    def test_of_the_printer_are_read_between_two_tables(
        self, stats: RequestStats, monkeypatch: pytest.MonkeyPatch, messages: list[str]
    ) -> None:
        waits: list[float] = []

        def sleep(seconds: float) -> None:
            waits.append(seconds)
            monkeypatch.setattr(stats_module, "CONSOLE_STATS_INTERVAL_SEC", 9)
            if len(waits) == 2:
                raise KeyboardInterrupt

        monkeypatch.setattr(stats_module, "CONSOLE_STATS_INTERVAL_SEC", 0.5)
        monkeypatch.setattr(gevent, "sleep", sleep)
        stats_module.stats_printer(stats)()
        assert waits == [0.5, 9]
        assert len(messages) == 2 * 5

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("PERCENTILES_TO_CHART", [0.1] * 7),
            ("PERCENTILES_TO_CHART", [1.5]),
            ("PERCENTILES_TO_STATISTICS", ["much"]),
            ("PERCENTILES_TO_STATISTICS", [None]),
        ],
    )
    def test_that_cannot_be_shown_end_the_process(
        self, name: str, value: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(stats_module, name, value)
        with pytest.raises(SystemExit) as ended:
            stats_module.validate_stats_configuration()
        assert ended.value.code == 1
        assert name in capsys.readouterr().err

    def test_that_are_usual_pass(self) -> None:
        stats_module.validate_stats_configuration()


def test_the_median_of_a_dict_is_the_lower_middle() -> None:
    assert stats_module.median_from_dict(2, {1: 1, 2: 1}) == 1
    assert stats_module.median_from_dict(5, {1: 1, 2: 1, 9: 3}) == 9
    assert stats_module.calculate_response_time_percentile({1: 1, 2: 1}, 2, 0.5) == 2
    assert stats_module.diff_response_time_dicts({1: 5, 2: 1}, {1: 2, 2: 1}) == {1: 3}
    assert stats_module.avg([]) == 0.0


def test_json_has_the_entries_and_leaves_them_alone(
    stats: RequestStats, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stats.log_request("GET", "/a", 5, 1)
    stats.get("/unused", "GET")
    stats_module.print_stats_json(stats)
    stats_module.save_stats_json(stats, str(tmp_path / "new" / "out"))
    written = (tmp_path / "new" / "out.json").read_text()
    assert capsys.readouterr().out == written + "\n"
    (entry,) = json.loads(written)
    assert (entry["name"], entry["response_times"]) == ("/a", {"5": 1})
    assert stats.get("/a", "GET").num_requests == 1


class TestDistribution:
    """Response times to half a percent, beside Locust's buckets."""

    def test_is_precise_for_what_was_measured_here(self, stats: RequestStats) -> None:
        for response_time in (12.34, 1234.5, 0.0567):
            stats.log_request("GET", "/a", response_time, 1)
        stats.log_request("GET", "/a", None, 1)
        core = stats.get("/a", "GET")._core
        assert core.is_precise
        assert core.precise_percentiles([0, 0.5, 1]) == pytest.approx([0.0567, 12.34, 1234.5], rel=0.005)
        assert [count for _, _, count in core.distribution()] == [1, 1, 1]

    def test_is_that_of_the_buckets_for_what_arrived_as_buckets(self, stats: RequestStats) -> None:
        stats.log_request("GET", "/a", 12.34, 1)
        travelled = StatsEntry.unserialize(stats.get("/a", "GET").serialize(), stats)
        assert not travelled._core.is_precise
        assert travelled._core.distribution() == [(12.0, 12.0, 1)]
        stats.total.extend(travelled)
        assert not stats.total._core.is_precise
        assert len(stats.total._core.distribution()) == 1

    def test_is_added_up_and_reset_with_its_entry(self, stats: RequestStats) -> None:
        stats.log_request("GET", "/a", 12.34, 1)
        stats.log_request("GET", "/b", 56.78, 1)
        stats.get("/a", "GET").extend(stats.get("/b", "GET"))
        core = stats.get("/a", "GET")._core
        assert core.is_precise
        assert len(core.distribution()) == 2
        core.reset(0.0)
        assert core.distribution() == []
        assert core.precise_percentiles([0.5]) == [0]


class TestCsvFiles:
    def test_hold_the_final_state_even_if_the_writer_never_ran(
        self, environment: Any, tmp_path: Path
    ) -> None:
        writer = StatsCSVFileWriter(environment, [0.5], str(tmp_path / "run"))
        environment.stats.log_request("GET", "/a", 5, 1)
        environment.stats.log_error("GET", "/a", "why")
        writer.close_files()
        writer.close_files()
        assert (tmp_path / "run_stats.csv").read_text().count("/a") == 1
        assert len((tmp_path / "run_stats_history.csv").read_text().splitlines()) == 2
        assert "why" in (tmp_path / "run_failures.csv").read_text()
        assert len((tmp_path / "run_exceptions.csv").read_text().splitlines()) == 1

    def test_a_subclass_writes_rows_of_its_own(self, environment: Any) -> None:
        class Shouting(StatsCSV):
            def _requests_data_rows(self, csv_writer: Any) -> None:
                csv_writer.writerow(["REQUESTS"])

            def _failures_data_rows(self, csv_writer: Any) -> None:
                csv_writer.writerow(["FAILURES"])

            def _exceptions_data_rows(self, csv_writer: Any) -> None:
                csv_writer.writerow(["EXCEPTIONS"])

        text = io.StringIO()
        csv_writer, own = csv.writer(text), Shouting(environment, [0.5])
        own.requests_csv(csv_writer)
        own.failures_csv(csv_writer)
        own.exceptions_csv(csv_writer)
        assert [line for line in text.getvalue().splitlines() if line.isupper()] == [
            "REQUESTS",
            "FAILURES",
            "EXCEPTIONS",
        ]

    def test_get_no_second_last_row_when_nothing_was_counted_since(
        self, environment: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        writer = StatsCSVFileWriter(environment, [0.5], str(tmp_path / "run"))
        monkeypatch.setattr(gevent, "sleep", lambda seconds: writer.close_files())
        writer.stats_writer()
        assert len((tmp_path / "run_stats_history.csv").read_text().splitlines()) == 2

    def test_that_cannot_be_written_are_one_line_and_no_loss(
        self, environment: Any, tmp_path: Path, messages: list[str]
    ) -> None:
        writer = StatsCSVFileWriter(environment, [0.5], str(tmp_path / "missing" / "run"))
        environment.stats.log_request("GET", "/a", 5, 1)
        for _ in range(3):
            writer._write(with_history=True)
        (message,) = messages
        assert (
            message.startswith("Cannot write ") and message.count("_stats.csv") == 1 and "\n" not in message
        )
        (tmp_path / "missing").mkdir()
        writer.close_files()
        assert len(messages) == 1
        assert "/a" in (tmp_path / "missing" / "run_stats.csv").read_text()
        assert len((tmp_path / "missing" / "run_stats_history.csv").read_text().splitlines()) == 4


def test_the_recorder_leaves_uncommon_requests_to_its_caller() -> None:
    core = nest_engine.RequestStats(True, 0.0)
    record = nest_engine.request_recorder({"bucket_response_time": None})
    assert record(core, "GET", "/a", 1.0, 1, None) is False, "no such entry yet"
    core.put("/a", "GET", nest_engine.StatsEntry("/a", "GET", True, 0.0))
    assert record(core, "GET", "/a", 1.0, 1, None) is True
    assert record(core, "GET", "/a", None, 1, None) is True
    assert record(None, "GET", "/a", 1.0, 1, None) is False
    assert record(core, b"GET", "/a", 1.0, 1, None) is False  # type: ignore[arg-type]
    assert record(core, "GET", "/a", "1.0", 1, None) is False  # type: ignore[arg-type]
    assert record(core, "GET", "/a", 1.0, None, None) is False  # type: ignore[arg-type]
    assert core.total.num_requests == 2
    with pytest.raises(TypeError):
        record(core, "GET")  # type: ignore[call-arg]
