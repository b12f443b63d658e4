"""What models of 0.x reach beside their classes: runner, statistics, web page, setup and teardown."""

from __future__ import annotations

import os
import subprocess
from argparse import Namespace

import gevent
import pytest
from api_harness import DEADLINE_S, run_to_end, run_users, wait_until

import locust
import locust.inspectlocust
import locust.runners
from locust import Locust, TaskSet, User, task
from locust.env import Environment
from locust.exception import LocustError, StopLocust
from locust.stats import global_stats

PROGRAM = os.readlink("/proc/self/exe")


class Tasks(TaskSet):
    @task
    def wait_forever(self):
        gevent.sleep(DEADLINE_S)


class Visitor(Locust):
    task_set = Tasks


@pytest.fixture
def runner():
    made = Environment(
        user_classes=[Visitor], host="http://old", parsed_options=Namespace(num_users=7, spawn_rate=2)
    ).create_local_runner()
    yield made
    made.quit()


def test_setup_runs_once_for_each_class_before_its_first_user():
    trace = []

    class Setting(TaskSet):
        def setup(self):
            trace.append(type(self).__name__)

        @task
        def stop(self):
            trace.append("task")
            raise StopLocust()

    class OtherTasks(Setting): ...

    class A(Locust):
        task_set = Setting

        def setup(self):
            trace.append("A")

    class B(Locust):
        task_set = OtherTasks

    run_to_end(A, B, users=6)
    assert trace[0] == "A"
    assert trace.count("A") == trace.count("Setting") == 1
    assert trace.count("task") == 6
    # A class whose base was set up is set up with it.
    assert trace.count("OtherTasks") == 0


def test_a_user_that_comes_while_another_is_set_up_waits():
    trace = []

    class Setting(TaskSet):
        def setup(self):
            gevent.sleep(0.1)  # while the others come, a hundred in a second
            trace.append("setup")

        @task
        def stop(self):
            trace.append("task")
            raise StopLocust()

    class A(Locust):
        task_set = Setting

    run_to_end(A, users=3)
    assert trace == ["setup", "task", "task", "task"]


def test_teardown_runs_once_when_the_process_ends_the_task_sets_first():
    trace = []

    class Setting(TaskSet):
        def teardown(self):
            trace.append("task set")

        @task
        def stop(self):
            raise StopLocust()

    class A(Locust):
        task_set = Setting

        def teardown(self):
            trace.append("locust")

    environment = run_to_end(A, users=3)
    assert trace == []
    environment.events.quitting.fire(environment=environment, reverse=True)
    assert trace == ["task set", "locust"]


def test_a_setup_that_raises_is_reported_and_the_users_go_on():
    class A(Locust):
        class task_set(TaskSet):
            @task
            def stop(self):
                raise StopLocust()

        def setup(self):
            raise ValueError("no data")

    environment = run_to_end(A, users=2)
    assert [(kind["msg"], kind["count"]) for kind in environment.runner.exceptions.values()] == [
        ("no data", 1)
    ]


def test_methods_of_these_names_on_todays_classes_are_the_models_own():
    class Modern(TaskSet):
        def setup(self):
            raise AssertionError("called")

        teardown = setup

        @task
        def stop(self):
            raise StopLocust()

    class A(User):
        tasks = [Modern]
        setup = teardown = Modern.setup

    environment = run_to_end(A)
    environment.events.quitting.fire(environment=environment)
    assert not environment.runner.exceptions


def test_the_runner_answers_to_its_old_names(runner):
    assert locust.runners.locust_runner is runner
    assert runner.host == "http://old"
    assert runner.locust_classes == [Visitor]
    runner.start_hatching(3, 100)
    assert runner.hatching_greenlet is runner.spawning_greenlet
    wait_until(lambda: runner.state == "running")
    assert (runner.num_clients, runner.hatch_rate, runner.slave_count) == (3, 100, 1)
    assert len(runner.locusts) == 3
    assert all(isinstance(greenlet.args[0], Visitor) for greenlet in runner.locusts)
    runner.environment.events.request_success.fire(
        request_type="GET", name="/", response_time=1, response_length=2
    )
    assert runner.request_stats[("/", "GET")].num_requests == 1


def test_start_hatching_without_arguments_goes_on_as_before(runner):
    completed = []

    def on_hatch_complete(user_count):
        completed.append(user_count)

    runner.environment.events.hatch_complete += on_hatch_complete
    runner.start_hatching(2, 100)
    wait_until(lambda: len(completed) == 1)
    runner.start_hatching()
    wait_until(lambda: len(completed) == 2)
    assert (runner.user_count, runner.hatch_rate) == (2, 100)


def test_the_runners_options_have_their_old_names_too(runner):
    options = runner.options
    assert (options.num_clients, options.hatch_rate, options.num_users) == (7, 2, 7)
    options.num_clients = 9
    assert runner.environment.parsed_options.num_users == 9
    with pytest.raises(AttributeError):
        _ = options.no_such_option


def test_the_old_names_of_states_and_classes_compare_with_todays():
    from locust.runners import (
        STATE_HATCHING,
        STATE_SPAWNING,
        LocalLocustRunner,
        LocustRunner,
        MasterLocustRunner,
        SlaveLocustRunner,
        SlaveNode,
        WorkerNode,
    )

    assert STATE_HATCHING == STATE_SPAWNING
    assert SlaveNode is WorkerNode
    assert issubclass(LocalLocustRunner, LocustRunner)
    assert not issubclass(LocalLocustRunner, (MasterLocustRunner, SlaveLocustRunner))


def test_global_stats_are_those_of_the_present_runner(runner):
    runner.stats.log_request("GET", "/", 5, 0)
    assert global_stats.num_requests == 1
    assert global_stats.get("/", "GET").num_requests == 1
    global_stats.clear_all()
    assert runner.stats.num_requests == 0


def test_global_stats_are_empty_before_there_is_a_runner(monkeypatch):
    monkeypatch.setattr(locust.runners, "locust_runner", None)
    assert global_stats.num_requests == 0
    assert dict(global_stats.entries) == {}


def test_the_web_app_takes_routes():
    @locust.web.app.route("/added")
    def added():
        return "hello"

    assert locust.web.app.test_client().get("/added").text == "hello"


def test_a_web_page_says_that_it_does_not_exist_yet():
    with pytest.raises(LocustError, match="--headless"):
        locust.web.WebUI(environment=None, host="", port=8089)


def test_inspectlocust_tells_the_shares_of_classes_and_tasks():
    class Inner(TaskSet):
        @task(3)
        def often(self): ...

        @task
        def rarely(self): ...

    class A(Locust):
        weight = 3
        task_set = Inner

    class B(Locust):
        weight = 1
        task_set = Tasks

    inner = {"often": {"ratio": 0.75}, "rarely": {"ratio": 0.25}}
    shares = locust.inspectlocust.get_task_ratio_dict([A, B])
    assert shares["A"] == {"ratio": 0.75, "tasks": {"Inner": {"ratio": 1, "tasks": inner}}}
    assert shares["B"]["ratio"] == 0.25
    total = locust.inspectlocust.get_task_ratio_dict([A, B], total=True)
    assert total["A"]["tasks"]["Inner"]["tasks"]["often"]["ratio"] == 0.75 * 0.75
    assert locust.inspectlocust.get_task_ratio_dict(Inner.tasks) == inner


def test_inspectlocust_prints_a_table(capsys):
    locust.inspectlocust.print_task_ratio([Visitor])
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["100.0", "Visitor"],
        ["100.0", "Tasks"],
        ["100.0", "wait_forever"],
    ]


def test_stop_timeout_on_a_class_is_how_long_its_users_live():
    ended = []

    class Mortal(Locust):
        stop_timeout = 0.05
        min_wait = max_wait = 1

        class task_set(TaskSet):
            @task
            class Inner(TaskSet):
                @task
                def work(self):
                    ended.append("work")

    environment = run_users(Mortal, until=lambda environment: ended and not environment.runner.user_count)
    assert not environment.runner.exceptions


def test_the_console_logger_writes_lines_as_they_are():
    script = "from locust import log; log.setup_logging('ERROR'); log.console_logger.info('a line')"
    ran = subprocess.run(
        [PROGRAM, "python", "-c", script], capture_output=True, text=True, timeout=DEADLINE_S
    )
    assert (ran.stdout, ran.stderr) == ("", "a line\n")
