"""What the end of a run says about the generator itself: how busy, how late, and whose code it was."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout

import gevent
import pytest
from client_harness import DEADLINE_S, Sent, Server, answer, server
from gevent.event import Event

import locust.stats
import nest_engine
from locust import HttpUser, SequentialTaskSet, TaskSet, User, task
from locust._stats.generator import DELAY_LIMIT_MS, GeneratorUse, TaskUse, generator_use
from locust.env import Environment
from locust.event import Events
from locust.exception import StopUser
from locust.html import get_html_report

__all__ = ["server"]

BURN_S = 0.04


def burn() -> None:
    until = time.perf_counter() + BURN_S
    while time.perf_counter() < until:
        pass


class Base(HttpUser):
    abstract = True
    times = 3

    def next(self) -> None:
        self.times -= 1
        if not self.times:
            raise StopUser()

    @task
    def inherited(self) -> None:
        self.client.get("/quick")
        self.next()


class Quick(Base):
    pass


class Greedy(HttpUser):
    @task
    class Pages(TaskSet):
        @task
        def compute(self) -> None:
            self.client.get("/greedy")
            burn()
            self.user.visits = getattr(self.user, "visits", 0) + 1
            if self.user.visits == 3:
                raise StopUser()


Run = Callable[..., Environment]


@pytest.fixture
def run(server: Server) -> Iterator[Run]:
    """Runs users of these classes until they end."""
    made = []

    def run(*classes: type[User]) -> Environment:
        environment = Environment(user_classes=list(classes), host=server.url, events=Events())
        made.append(environment)
        runner = environment.create_local_runner()
        runner.start(2 * len(classes), 100)
        with gevent.Timeout(DEADLINE_S):
            runner.spawning_greenlet.join()
            runner.user_greenlets.join()
        return environment

    yield run
    for environment in made:
        environment.runner.quit()


def used(environment: Environment) -> GeneratorUse:
    use = generator_use(environment.stats)
    assert use is not None
    return use


def test_responses_that_wait_for_other_users_are_counted(run: Run, server: Server) -> None:
    asked: list[Event] = []

    def answer_two_at_once(_: Sent) -> bytes:
        mine = Event()
        asked.append(mine)
        if len(asked) == 2:
            for one in asked:
                one.set()
            asked.clear()
        mine.wait(DEADLINE_S)
        return answer("200 OK", "ok")

    server.answers["/greedy"] = answer_two_at_once
    use = used(run(Greedy))
    assert use.longest_ms >= BURN_S * 900, "two users at once: one waits for the other"
    assert 0 <= use.median_ms <= use.p99_ms <= use.longest_ms
    assert 0 < use.busy <= 1


def test_the_time_is_put_down_to_tasks(run: Run) -> None:
    tasks = {one.name: one for one in used(run(Greedy, Quick)).tasks}
    assert {"Greedy.Pages.compute", "Quick.inherited"} <= set(tasks)
    greedy = tasks["Greedy.Pages.compute"]
    assert greedy.seconds >= 6 * BURN_S * 0.9
    assert greedy.longest_s >= BURN_S * 0.9
    assert greedy.share > tasks["Quick.inherited"].share
    assert sum(one.share for one in tasks.values()) <= 1.01
    assert tasks["Quick.inherited"].turns >= 6, "a turn for each response"


def test_what_a_task_does_after_its_last_request_is_its_own(run: Run) -> None:
    class Visitor(HttpUser):
        @task
        class Visit(SequentialTaskSet):
            @task
            def compute(self) -> None:
                self.client.get("/compute")
                burn()

            @task
            def look(self) -> None:
                self.client.get("/look")
                raise StopUser()

    tasks = {one.name: one.seconds for one in used(run(Visitor)).tasks}
    assert tasks["Visitor.Visit.compute"] >= 2 * BURN_S * 0.9


def test_a_task_is_known_again_after_it_slept_by_gevent(run: Run) -> None:
    class Sleeper(HttpUser):
        @task
        def doze(self) -> None:
            gevent.sleep(0.001)
            self.client.get("/doze")
            burn()
            raise StopUser()

    tasks = {one.name: one for one in used(run(Sleeper)).tasks}
    assert tasks["Sleeper.doze"].seconds >= 2 * BURN_S * 0.9


def test_a_turn_that_gevent_gave_is_put_down_to_its_task(run: Run) -> None:
    class Sleeper(HttpUser):
        @task
        def doze(self) -> None:
            gevent.sleep(0.001)
            burn_processor()
            self.client.get("/doze")
            raise StopUser()

    tasks = {one.name: one for one in used(run(Sleeper)).tasks}
    assert tasks["Sleeper.doze"].seconds >= BURN_S * 0.9


def burn_processor() -> None:
    until = time.thread_time() + BURN_S
    while time.thread_time() < until:
        pass


def test_it_begins_anew_with_the_statistics(run: Run) -> None:
    environment = run(Greedy)
    environment.stats.reset_all()
    assert generator_use(environment.stats) is None
    assert [one.name for one in used(run(Quick)).tasks] == ["Quick.inherited"]


def test_the_end_of_a_user_ends_its_account() -> None:
    def mine() -> int:
        return nest_engine.thread_use()[0][2]

    class Nobody:
        pass

    nest_engine.begin_task(Nobody(), burn)
    nest_engine.sleep(0)
    of_nobody = next(use for use in nest_engine.thread_use() if use[0] is Nobody)
    assert of_nobody[1] is burn.__code__
    for end, others in ((False, 0), (True, 2)):
        if end:
            nest_engine.end_tasks()
        gevent.sleep(0)  # from here on it is a turn that gevent gave; then follows one of ours
        before = mine()
        nest_engine.sleep(0)
        gevent.sleep(0)
        assert mine() - before == others


def test_json_and_the_page_tell_of_it(run: Run) -> None:
    environment = run(Greedy, Quick)
    out = io.StringIO()
    with redirect_stdout(out):
        locust.stats.print_stats_json(environment.stats)
    for row in json.loads(out.getvalue()):
        delay = row["generator_delay_ms"]
        assert list(delay) == ["median", "99%", "max"]
        assert 0 <= delay["median"] <= delay["99%"] <= delay["max"]
    html = get_html_report(environment)
    section = html[html.index("<h2>The generator</h2>") :]
    assert "Python thread" in section and "Greedy.Pages.compute" in section[: section.index("</table>")]


def test_what_the_engine_did_not_send_says_nothing() -> None:
    environment = Environment(events=Events())
    environment.create_local_runner()
    environment.events.request.fire(
        request_type="X", name="own", response_time=1, response_length=1, exception=None
    )
    assert generator_use(environment.stats) is None
    assert "The generator" not in get_html_report(environment)


def use_of(busy: float, p99_ms: float, *io_busy: float) -> GeneratorUse:
    tasks = [
        TaskUse("Shop.checkout", 0.71, 10, 1, 0.25),
        TaskUse("Shop.browse", 0.2, 9, 1, 0.01),
        TaskUse("X.y", 0.01, 1, 1, 1),
    ]
    return GeneratorUse(busy, 1.234, p99_ms, 12345, tasks, list(io_busy))


def test_a_generator_that_kept_up_is_one_line() -> None:
    use = use_of(0.5, DELAY_LIMIT_MS - 1, 0.89, 0.4)
    assert use.kept_up
    assert use.lines() == [
        "Python thread 50% busy; responses waited 1.2 ms (median), 19 ms (99%), 12 s (max) for it"
    ]


@pytest.mark.parametrize(
    ("busy", "p99_ms", "verdict"),
    [(0.95, 1, "The generator was the bottleneck"), (0.5, 30, "Users went on late")],
)
def test_one_that_did_not_names_the_tasks(busy: float, p99_ms: float, verdict: str) -> None:
    use = use_of(busy, p99_ms)
    assert not use.kept_up
    _, second, third = use.lines()
    assert second.startswith(verdict)
    assert (
        third
        == "Its time went to: Shop.checkout 71% (up to 250 ms), Shop.browse 20% (up to 10 ms), all else 9%"
    )


def test_busy_io_threads_are_told_of_and_nobody_is_blamed() -> None:
    use = use_of(0.5, 1, 0.4, 0.97)
    assert not use.kept_up
    _, second = use.lines()
    assert second == "I/O threads 40%, 97% busy: only more --io-threads, or cores, would make more requests"
    both = use_of(0.95, 1, 0.97).lines()
    assert [line.split()[0] for line in both] == ["Python", "I/O", "The", "Its"]
