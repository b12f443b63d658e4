"""Which users run on which worker, step by step."""

from __future__ import annotations

from itertools import islice

import gevent
import pytest
from api_harness import DEADLINE_S, wait_until

from locust import User, task
from locust.dispatch import UsersDispatcher, _kl_generator
from locust.env import Environment
from locust.runners import WorkerNode, WorkerNodes


class A(User):
    weight = 1

    @task
    def wait_forever(self):
        gevent.sleep(DEADLINE_S)


class B(A):
    weight = 2


class C(A):
    fixed_count = 2


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    """The seconds a dispatcher sleeps, without sleeping them."""
    slept = []
    monkeypatch.setattr("locust.dispatch.sleep", slept.append)
    return slept


def nodes(*ids):
    return [WorkerNode(id) for id in ids]


def dispatch(dispatcher, count, rate, user_classes=None):
    dispatcher.new_dispatch(count, rate, user_classes)
    return list(dispatcher)


@pytest.mark.parametrize(
    "weights, expected",
    [
        ({"A": 5, "B": 1}, "AABAAAAABAAAAABA"),
        ({"A": 1, "B": 1, "C": 1}, "ABCABC"),
        ({"A": 1, "B": 2, "C": 3}, "CBACBCCBACBCCBACBC"),
        ({"A": 0, "B": 0.5}, "BBBB"),
    ],
)
def test_the_order_of_classes_is_locusts(weights, expected):
    assert "".join(islice(_kl_generator(weights.items()), len(expected))) == expected


def test_without_weights_the_order_is_none_for_ever():
    assert list(islice(_kl_generator([("A", 0)]), 3)) == [None, None, None]


def test_an_iteration_tells_all_users_of_every_worker():
    assert dispatch(UsersDispatcher(nodes("1", "2"), [A, B]), 3, 2) == [
        {"1": {"A": 0, "B": 1}, "2": {"A": 1, "B": 0}},
        {"1": {"A": 0, "B": 2}, "2": {"A": 1, "B": 0}},
    ]


@pytest.mark.parametrize(
    "rate, steps, pause", [(0.5, [1, 2, 3, 4], 2), (2.7, [2, 4], 2 / 2.7), (3, [3, 4], 1), (100, [4], None)]
)
def test_steps_are_whole_users_and_pauses_keep_the_rate(pauses, rate, steps, pause):
    iterations = dispatch(UsersDispatcher(nodes("1"), [A]), 4, rate)
    assert [users["1"]["A"] for users in iterations] == steps
    assert len(pauses) == len(steps) - 1  # none after the last
    assert all(pause - 0.1 < slept <= pause for slept in pauses)


def test_what_a_step_takes_is_taken_off_its_pause(pauses, monkeypatch):
    class Clock:
        now = 0.0

        def perf_counter(self):
            self.now += 0.25
            return self.now

    monkeypatch.setattr("locust.dispatch.time", Clock())
    dispatch(UsersDispatcher(nodes("1"), [A]), 4, 2)
    assert pauses == [0.75]


def test_the_first_step_is_at_once(pauses):
    dispatcher = UsersDispatcher(nodes("1"), [A])
    dispatcher.new_dispatch(4, 2)
    assert next(dispatcher) == {"1": {"A": 2}} and pauses == []


def test_users_are_removed_latest_first():
    dispatcher = UsersDispatcher(nodes("1"), [A, B])
    up = dispatch(dispatcher, 4, 1)
    down = dispatch(dispatcher, 0, 1)
    assert [*up[-2::-1], {"1": {"A": 0, "B": 0}}] == down


def test_fixed_counts_come_first_and_are_refilled():
    dispatcher = UsersDispatcher(nodes("1"), [A, C])
    assert [users["1"] for users in dispatch(dispatcher, 3, 1)] == [
        {"A": 0, "C": 1},
        {"A": 0, "C": 2},
        {"A": 1, "C": 2},
    ]
    assert dispatch(dispatcher, 1, 5)[-1]["1"] == {"A": 0, "C": 1}
    assert dispatch(dispatcher, 2, 5)[-1]["1"] == {"A": 0, "C": 2}


def test_only_fixed_classes_end_the_dispatch_early():
    dispatcher = UsersDispatcher(nodes("1"), [C])
    assert dispatch(dispatcher, 10, 10) == [{"1": {"C": 2}}]
    assert not dispatcher.dispatch_in_progress


def test_a_dispatch_to_the_present_number_tells_it_once():
    dispatcher = UsersDispatcher(nodes("1"), [A])
    dispatch(dispatcher, 2, 2)
    assert dispatch(dispatcher, 2, 2) == [{"1": {"A": 2}}]


def test_other_classes_are_put_on_top():
    dispatcher = UsersDispatcher(nodes("1"), [A, B])
    dispatch(dispatcher, 2, 2, [A])
    assert dispatch(dispatcher, 4, 4, [B])[-1]["1"] == {"A": 2, "B": 2}
    assert dispatch(dispatcher, 1, 4)[-1]["1"] == {"A": 1, "B": 0}


def test_the_fixed_count_of_a_class_that_comes_back_is_still_filled():
    dispatcher = UsersDispatcher(nodes("1"), [A, C])
    dispatch(dispatcher, 2, 2, [C])
    dispatch(dispatcher, 3, 2, [A])
    assert dispatch(dispatcher, 5, 2, [A, C])[-1]["1"] == {"A": 3, "C": 2}


def test_the_same_classes_again_go_on_with_their_mix():
    dispatcher = UsersDispatcher(nodes("1"), [A, B])
    for count in (1, 2, 3):
        dispatch(dispatcher, count, 1, [B, A])
    assert dispatch(dispatcher, 3, 1)[-1]["1"] == {"A": 1, "B": 2}


def test_workers_of_different_hosts_take_turns():
    dispatcher = UsersDispatcher(nodes("x_1", "x_2", "y_1"), [A])
    assert dispatch(dispatcher, 2, 2)[-1] == {"x_1": {"A": 1}, "y_1": {"A": 1}, "x_2": {"A": 0}}


def test_a_new_worker_gets_its_share():
    dispatcher = UsersDispatcher(nodes("1"), [A])
    dispatch(dispatcher, 4, 4)
    dispatcher.add_worker(WorkerNode("2"))
    assert dispatch(dispatcher, 4, 4) == [{"1": {"A": 2}, "2": {"A": 2}}]


def test_a_lost_workers_users_go_to_the_others():
    one, two = nodes("1", "2")
    dispatcher = UsersDispatcher([one, two], [A])
    dispatcher.new_dispatch(4, 2)
    assert next(dispatcher) == {"1": {"A": 1}, "2": {"A": 1}}
    dispatcher.remove_worker(one)
    assert dispatcher.dispatch_in_progress
    assert list(dispatcher) == [{"2": {"A": 2}}, {"2": {"A": 4}}]
    assert dispatcher.get_current_user_count() == 4
    assert not dispatcher.dispatch_in_progress


@pytest.mark.parametrize("count, rate", [(-1, 1), (1, 0), (1, -1), (1, float("inf")), (1, float("nan"))])
def test_impossible_dispatches_are_refused(count, rate):
    with pytest.raises(ValueError):
        UsersDispatcher(nodes("1"), [A]).new_dispatch(count, rate)


def test_a_snapshot_is_the_callers_own():
    dispatcher = UsersDispatcher(nodes("1"), [A])
    dispatcher.new_dispatch(2, 1)
    next(dispatcher)["1"]["A"] = 17
    assert next(dispatcher) == {"1": {"A": 2}}


def test_a_runner_follows_the_environments_dispatcher():
    class OnlyB(UsersDispatcher):
        def __next__(self):
            counts = super().__next__()["local"]
            return {"local": {"A": 0, "B": sum(counts.values())}}

    environment = Environment(user_classes=[A, B], dispatcher_class=OnlyB)
    runner = environment.create_local_runner()
    try:
        runner.start(4, 4)
        wait_until(lambda: runner.state == "running")
        assert runner.user_classes_count == {"A": 0, "B": 4}
        runner.start(1, 4)
        wait_until(lambda: runner.user_count == 1)
        assert runner.user_classes_count == {"A": 0, "B": 1}
    finally:
        runner.quit()


def test_worker_nodes_are_found_by_state():
    workers = WorkerNodes()
    for state in ("ready", "spawning", "running", "missing"):
        workers[state] = WorkerNode(state, state=state)
    workers["running"].user_classes_count = {"A": 2, "B": 1}
    assert [[node.id for node in found] for found in (workers.ready, workers.spawning)] == [
        ["ready"],
        ["spawning"],
    ]
    assert [[node.id for node in found] for found in (workers.running, workers.missing)] == [
        ["running"],
        ["missing"],
    ]
    assert len(workers.all) == len(workers) == 4
    assert workers["running"].user_count == 3
