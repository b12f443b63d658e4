"""Environment and local runner, used as a library."""

from __future__ import annotations

import json
import logging
from argparse import Namespace

import gevent
import gevent.event
import pytest
from api_harness import DEADLINE_S, run_users, wait_until

from locust import FastHttpUser, HttpUser, LoadTestShape, User, constant, task
from locust.env import Environment
from locust.event import Events
from locust.exception import RunnerAlreadyExistsError, StopTest, StopUser
from locust.runners import (
    STATE_CLEANUP,
    STATE_INIT,
    STATE_RUNNING,
    STATE_SPAWNING,
    STATE_STOPPED,
    LocalRunner,
    Runner,
)


class Parked(User):
    """Does nothing, for long."""

    abstract = True
    wait_time = constant(1000)

    @task
    def work(self): ...


def parked(name, **attributes):
    return type(Parked)(name, (Parked,), attributes)


@pytest.fixture
def started():
    """Starts runners, and stops them when the test is over."""
    runners = []

    def start(*user_classes, users=1, rate=1000, **environment_args):
        environment = Environment(user_classes=list(user_classes), **environment_args)
        runner = environment.create_local_runner()
        runners.append(runner)
        runner.start(users, rate)
        wait_until(lambda: runner.state == STATE_RUNNING)
        return runner

    yield start
    with gevent.Timeout(DEADLINE_S):
        for runner in runners:
            runner.quit()


def test_a_second_runner_is_refused():
    environment = Environment()
    runner = environment.create_local_runner()
    assert environment.runner is runner and isinstance(runner, LocalRunner) and isinstance(runner, Runner)
    with pytest.raises(RunnerAlreadyExistsError):
        environment.create_local_runner()
    runner.quit()


def test_two_classes_of_one_name_are_refused():
    with pytest.raises(ValueError, match="same class name"):
        Environment(user_classes=[parked("Same"), parked("Same")])


def test_classes_without_weight_are_dropped_and_none_left_is_an_error():
    kept, dropped = parked("Kept"), parked("Dropped", weight=0)
    fixed = parked("Fixed", weight=0, fixed_count=1)
    assert Environment(user_classes=[kept, dropped, fixed]).user_classes == [kept, fixed]
    with pytest.raises(ValueError, match="no users with weight > 0"):
        Environment(user_classes=[dropped])


def test_the_stop_timeout_of_the_options_serves_when_the_environment_has_none():
    options = Namespace(stop_timeout=5)
    assert Environment().stop_timeout == 0
    assert Environment(parsed_options=options).stop_timeout == 5
    assert Environment(parsed_options=options, stop_timeout=2).stop_timeout == 2


def test_the_environment_takes_a_shape_instance_not_a_class():
    class Shape(LoadTestShape):
        def tick(self): ...

    with pytest.raises(ValueError, match="instance"):
        Environment(shape_class=Shape)
    environment = Environment(shape_class=Shape())
    runner = environment.create_local_runner()
    assert environment.shape_class.runner is runner
    runner.quit()


def test_the_states_and_events_of_a_test():
    events, seen = Events(), []

    def note(name):
        getattr(events, name).add_listener(
            lambda **kwargs: seen.append((name, environment.runner.state, environment.runner.user_count))
        )

    for name in ("test_start", "spawning_complete", "test_stopping", "test_stop"):
        note(name)
    environment = Environment(user_classes=[parked("Visitor")], events=events)
    runner = environment.create_local_runner()
    assert runner.state == STATE_INIT
    runner.start(3, 1000)
    wait_until(lambda: runner.state == STATE_RUNNING)
    runner.quit()
    assert seen[0] == ("test_start", STATE_INIT, 0)
    assert seen[1][0] == "spawning_complete" and seen[1][2] == 3
    assert seen[1][1] in (STATE_SPAWNING, STATE_RUNNING)
    assert seen[2:] == [("test_stopping", STATE_RUNNING, 3), ("test_stop", STATE_STOPPED, 0)]


def test_users_are_counted_and_reachable_by_their_greenlets(started):
    a, b = parked("A", weight=2), parked("B")
    runner = started(a, b, users=6)
    assert runner.user_count == 6 and runner.user_classes_count == {"A": 4, "B": 2}
    assert runner.target_user_count == 6 and runner.target_user_classes_count == {"A": 4, "B": 2}
    assert {type(greenlet.args[0]) for greenlet in runner.user_greenlets} == {a, b}


def test_fixed_counts_come_first_and_only_them_end_the_ramp_early(started, caplog):
    caplog.set_level(logging.INFO)
    runner = started(parked("Fixed", fixed_count=2), parked("Other"), users=5)
    assert runner.user_classes_count == {"Fixed": 2, "Other": 3}
    only = started(parked("Only", fixed_count=2), users=5)
    assert only.user_count == 2
    messages = [record.getMessage() for record in caplog.records]
    assert "Ramping to 5 users at a rate of 1000.00 per second" in messages
    assert 'All users spawned: {"Fixed": 2, "Other": 3} (5 total users)' in messages


def test_the_number_of_users_changes_without_a_new_test(started):
    events = Events()
    starts, completes = [], []
    events.test_start.add_listener(lambda **kw: starts.append(kw))
    events.spawning_complete.add_listener(lambda user_count, **kw: completes.append(user_count))
    runner = started(parked("A"), parked("B"), users=4, events=events)
    events.request.fire(
        request_type="X", name="kept", response_time=1, response_length=0, exception=None, context={}
    )
    runner.start(2, 1000)
    wait_until(lambda: completes == [4, 2])
    assert runner.user_classes_count == {"A": 1, "B": 1}
    runner.start(6, 1000)
    wait_until(lambda: completes == [4, 2, 6])
    assert runner.user_classes_count == {"A": 3, "B": 3}
    assert len(starts) == 1 and runner.stats.total.num_requests == 1


def test_a_new_test_forgets_the_results_of_the_last_one(started):
    runner = started(parked("A"))
    runner.environment.events.request.fire(
        request_type="X",
        name="old",
        response_time=1,
        response_length=0,
        exception=ValueError("no"),
        context={},
    )
    runner.log_exception("local", "old", "traceback")
    assert runner.stats.total.num_requests == 1 and len(runner.errors) == 1
    runner.stop()
    assert runner.stats.total.num_requests == 1 and runner.exceptions
    runner.start(1, 1000)
    wait_until(lambda: runner.state == STATE_RUNNING)
    assert runner.stats.total.num_requests == 0 and not len(runner.errors) and not runner.exceptions


def test_reset_stats_forgets_what_happened_during_the_ramp():
    class Busy(User):
        wait_time = constant(1000)

        def on_start(self):
            self.environment.events.request.fire(
                request_type="X", name="x", response_time=1, response_length=0, exception=None, context={}
            )

        @task
        def work(self): ...

    events, counts = Events(), []
    environment = Environment(user_classes=[Busy], events=events, reset_stats=True)
    runner = environment.create_local_runner()
    events.spawning_complete._handlers.insert(
        0, lambda **kw: (gevent.sleep(0.01), counts.append(runner.stats.total.num_requests))
    )
    runner.start(3, 1000)
    wait_until(lambda: runner.state == STATE_RUNNING)
    counts.append(runner.stats.total.num_requests)
    runner.quit()
    assert counts == [3, 0]


def test_the_host_of_the_environment_is_assigned_to_the_classes(started):
    a, b = parked("A", host="http://own"), parked("B", host="http://own")
    started(a, host="http://given")
    started(b, host="")
    assert a.host == "http://given" and b.host == "http://own"


def test_the_host_is_assigned_at_every_start_and_stays(started):
    a = parked("A", host="http://own")
    runner = started(a, host="http://given")
    runner.environment.host = "http://later"
    runner.start(2, 1000)
    wait_until(lambda: runner.user_count == 2)
    assert a.host == "http://later"
    runner.stop()
    runner.environment.host = None
    runner.start(1, 1000)
    wait_until(lambda: runner.user_count == 1)
    assert a.host == "http://later"


@pytest.mark.parametrize("base", [HttpUser, FastHttpUser])
def test_the_host_is_that_of_the_class_when_the_user_was_made(started, base):
    class Visitor(base):
        host = "http://127.0.0.1:9/made"
        wait_time = constant(1000)

        @task
        def work(self): ...

    runner = started(Visitor)
    [greenlet] = runner.user_greenlets
    user = greenlet.args[0]
    asked = []
    runner.environment.events.request.add_listener(lambda url, **kw: asked.append(url))
    Visitor.host = user.host = "http://127.0.0.1:9/later"
    user.client.get("/x")
    assert asked == ["http://127.0.0.1:9/made/x"]


def test_a_new_test_begins_with_no_users(started):
    runner = started(parked("A"), users=3)
    runner.stop()
    runner.start(2, 1000)
    wait_until(lambda: runner.state == STATE_RUNNING)
    assert runner.user_count == 2


def test_a_user_that_dies_is_not_replaced(started):
    deaths = []

    class Dying(User):
        @task
        def die(self):
            deaths.append(self)
            raise StopUser()

    runner = started(Dying, parked("Living"), users=4)
    wait_until(lambda: runner.user_count == 2)
    gevent.sleep(0.05)
    assert runner.user_classes_count == {"Dying": 0, "Living": 2}
    assert len(deaths) == 2


def test_a_user_class_whose_constructor_skips_ours_is_an_error(caplog):
    class Careless(User):
        def __init__(self, environment):
            pass

        @task
        def work(self): ...

    runner = Environment(user_classes=[Careless]).create_local_runner()
    runner.start(1, 1)
    wait_until(lambda: any("environment" in str(record.exc_info) for record in caplog.records))
    assert runner.user_count == 0
    runner.quit()


def test_stop_test_in_a_constructor_stops_the_test(caplog):
    events, stopped = Events(), []
    events.test_stop.add_listener(lambda **kw: stopped.append(kw))

    class Homeless(User):
        def __init__(self, environment):
            super().__init__(environment)
            raise StopTest("You must specify the base host.")

        @task
        def work(self): ...

    environment = Environment(user_classes=[Homeless], events=events)
    runner = environment.create_local_runner()
    runner.start(2, 1)
    wait_until(lambda: runner.state == STATE_STOPPED)
    assert "You must specify the base host." in caplog.text and "Stopping Locust..." in caplog.text
    assert len(stopped) == 1
    runner.quit()


@pytest.mark.parametrize("users", [1, 5])
def test_a_user_may_end_the_test(users):
    events, trace = Events(), []
    events.test_stop.add_listener(lambda **kw: trace.append("test_stop"))

    class Ending(User):
        wait_time = constant(0)

        @task
        def work(self):
            if self.environment.runner.state == STATE_RUNNING:
                self.environment.runner.quit()

        def on_stop(self):
            trace.append("on_stop")

    environment = Environment(user_classes=[Ending], events=events)
    runner = environment.create_local_runner()
    runner.start(users, 1000)
    wait_until(lambda: runner.state == STATE_STOPPED)
    wait_until(lambda: not len(runner.greenlet))
    assert trace.count("on_stop") == users and trace.count("test_stop") == 1
    assert runner.user_count == 0


def test_a_user_may_end_the_test_even_with_a_stop_timeout():
    class Ending(User):
        @task
        def work(self):
            self.environment.runner.quit()

    runner = Environment(user_classes=[Ending], stop_timeout=1000).create_local_runner()
    runner.start(1, 1)
    wait_until(lambda: runner.state == STATE_STOPPED)


def test_an_on_stop_may_call_quit_again():
    class Stubborn(User):
        wait_time = constant(1000)

        @task
        def work(self): ...

        def on_stop(self):
            self.environment.runner.quit()

    run_users(Stubborn, users=2, until=lambda env: env.runner.state == STATE_RUNNING)


def test_a_listener_of_the_end_may_call_quit_again():
    events = Events()
    calls = []

    def on_test_stop(environment, **kwargs):
        calls.append(environment.runner.state)
        environment.runner.quit()

    events.test_stopping.add_listener(on_test_stop)
    events.test_stop.add_listener(on_test_stop)
    run_users(parked("A"), events=events, until=lambda env: env.runner.state == STATE_RUNNING)
    assert calls == [STATE_RUNNING, STATE_STOPPED]


def test_a_broken_listener_does_not_keep_the_users_from_stopping():
    events = Events()

    def steer(**kwargs):
        raise StopUser()

    events.test_stopping.add_listener(steer)
    environment = run_users(parked("A"), events=events, until=lambda env: env.runner.state == STATE_RUNNING)
    assert environment.runner.user_count == 0 and environment.runner.state == STATE_STOPPED


def test_quit_in_a_listener_of_the_start_ends_the_test():
    events = Events()
    events.test_start.add_listener(lambda environment, **kw: environment.runner.quit())
    runner = Environment(user_classes=[parked("A")], events=events).create_local_runner()
    runner.start(1, 1)
    wait_until(lambda: runner.state == STATE_STOPPED)
    assert runner.user_count == 0


def test_an_overridden_stop_is_called():
    calls = []

    class Own(Parked):
        def stop(self, force=False):
            calls.append(force)
            return super().stop(force)

    run_users(Own, until=lambda env: env.runner.state == STATE_RUNNING)
    assert calls == [True]


def test_users_may_take_longer_to_end_than_the_next_are_stopped(started):
    ended = []
    gate = gevent.event.Event()

    def on_stop(self):
        gate.wait(DEADLINE_S)
        ended.append(self)

    runner = started(parked("Slow", on_stop=on_stop), users=4)
    runner.start(1, 100)
    wait_until(lambda: len(runner.user_greenlets.dying) == 3)
    gate.set()
    wait_until(lambda: runner.state == STATE_RUNNING)
    assert len(ended) == 3
    assert runner.user_count == 1


def test_spawn_users_and_stop_users_of_a_class(started):
    runner = started(parked("A"), parked("B"), users=2)
    users = runner.spawn_users({"A": 2})
    assert [type(user).__name__ for user in users] == ["A", "A"]
    assert runner.user_classes_count == {"A": 3, "B": 1}
    runner.stop_users({"A": 1, "B": 1})
    assert runner.user_classes_count == {"A": 2, "B": 0}


def test_messages_are_delivered_locally(started):
    runner = started(parked("A"))
    seen = []

    def on_message(environment, msg):
        seen.append((environment, msg.type, msg.data, msg.node_id))

    runner.register_message("greeting", on_message)
    runner.send_message("greeting", {"a": 1})
    assert seen == [(runner.environment, "greeting", {"a": 1}, "local")]
    with pytest.raises(Exception, match="already had a listener"):
        runner.register_message("greeting", on_message)


def test_a_local_message_has_been_dealt_with_when_it_is_sent_even_if_concurrent(started):
    runner = started(parked("A"))
    seen = []

    def on_message(environment, msg):
        gevent.sleep(0)
        seen.append(msg.data)

    runner.register_message("slow", on_message, concurrent=True)
    runner.send_message("slow", 1)
    assert seen == [1]


def test_exceptions_are_counted_by_traceback(started):
    runner = started(parked("A"))
    for node in ("a", "b", "a"):
        runner.log_exception(node, "no", "the traceback")
    assert runner.exceptions == {
        hash("the traceback"): {"count": 3, "msg": "no", "traceback": "the traceback", "nodes": {"a", "b"}}
    }


def test_exceptions_of_ever_new_code_are_counted_in_one_row(started):
    runner = started(parked("A"))
    runner.stats.max_rows = 2
    for number in (1, 2, 3, 4, 1):
        runner.log_exception("a", f"no {number}", f"the traceback {number}")
    counts = [(kind["msg"], kind["count"]) for kind in runner.exceptions.values()]
    assert counts == [("no 1", 2), ("no 2", 1), ("(all further exceptions)", 2)]


def test_a_shape_leads_the_number_of_users_until_it_says_none(caplog):
    caplog.set_level(logging.INFO)
    ticks = [(1, 1000), (3, 1000), None]
    seen = []

    class Stairs(LoadTestShape):
        def tick(self):
            wait_until(lambda: not seen or self.get_current_user_count() == seen[-1][0])
            tick = ticks[len(seen)]
            seen.append(tick)
            return tick

    environment = Environment(user_classes=[parked("A")], shape_class=Stairs())
    runner = environment.create_local_runner()
    runner.start_shape()
    wait_until(lambda: runner.state == STATE_STOPPED)
    runner.quit()
    messages = [record.getMessage() for record in caplog.records]
    assert "Shape test starting." in messages and "Shape test stopping" in messages
    assert "Shape test updating to 3 users at 1000.00 spawn rate" in messages
    assert seen == ticks


def test_a_shape_may_choose_the_classes(started):
    a, b = parked("A"), parked("B")
    runner = started(a, b, users=2)
    runner.start(4, 1000, user_classes=[b])
    wait_until(lambda: runner.user_count == 4 and runner.state == STATE_RUNNING)
    assert runner.user_classes_count == {"A": 1, "B": 3}
    runner.start(1, 1000)
    wait_until(lambda: runner.user_count == 1 and runner.state == STATE_RUNNING)
    assert runner.user_classes_count == {"A": 1, "B": 0}


def test_a_waiting_start_must_fit_into_a_second():
    runner = Environment(user_classes=[parked("A")]).create_local_runner()
    runner.quit()
    with pytest.raises(ValueError, match="greater than the spawn rate"):
        runner.start(10, 2, wait=True)


def test_weights_and_tasks_can_be_made_equal():
    class Busy(User):
        weight = 5

        @task(7)
        def often(self): ...

        @task
        def seldom(self): ...

    environment = Environment(user_classes=[Busy])
    environment.assign_equal_weights()
    assert Busy.weight == 1 and [t.__name__ for t in Busy.tasks] == ["often", "seldom"]


def test_the_class_describes_itself():
    class Visitor(User):
        host = "http://own"

        @task
        def work(self): ...

    assert Visitor.json() == {"host": "http://own", "weight": 1, "fixed_count": 0, "tasks": ["work"]}
    assert Visitor.fullname() == f"{__name__}.test_the_class_describes_itself.Visitor"
    json.dumps(Visitor.json())


def test_the_runner_of_a_process_is_known_to_models_of_old():
    import locust.runners

    runner = Environment(user_classes=[parked("A")]).create_local_runner()
    assert locust.runners.locust_runner is runner
    runner.quit()


def test_cleanup_is_the_state_while_users_stop():
    states = []

    class Slow(Parked):
        def on_stop(self):
            states.append(self.environment.runner.state)

    run_users(Slow, until=lambda env: env.runner.state == STATE_RUNNING)
    assert states == [STATE_CLEANUP]
