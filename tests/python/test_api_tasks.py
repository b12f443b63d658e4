"""How tasks are declared, collected, weighted and filtered."""

from __future__ import annotations

import random
from argparse import Namespace
from itertools import pairwise

import pytest
from api_harness import run_to_end, run_users, wait_until

from locust import SequentialTaskSet, TaskSet, User, constant, tag, task
from locust.env import Environment
from locust.event import Events
from locust.exception import InterruptTaskSet, StopUser
from locust.user.task import filter_tasks_by_tags


def one(_):
    pass


def two(_):
    pass


def names(holder):
    return [declared.__name__ for declared in holder.tasks]


@pytest.mark.parametrize(
    "declared, expected",
    [
        ([one, two], ["one", "two"]),
        ({one: 2, two: 1}, ["one", "one", "two"]),
        ([(one, 1), (two, 3)], ["one", "two", "two", "two"]),
        ([one, (two, 2)], ["one", "two", "two"]),
        ((one, two), ["one", "two"]),
        ({one}, ["one"]),
        ([(one, 0), two], ["two"]),
        ([], []),
        (None, []),
    ],
)
@pytest.mark.parametrize("base", [User, TaskSet])
def test_tasks_may_be_declared_in_any_collection(base, declared, expected):
    made = type(base)("Made", (base,), {"tasks": declared})
    assert names(made) == expected


def test_the_order_is_bases_then_the_attribute_then_decorated_members():
    class Base(TaskSet):
        @task
        def inherited(self): ...

    class Made(Base):
        @task(2)
        def decorated(self): ...

        tasks = [one]

        @task
        class Nested(TaskSet): ...

    assert names(Made) == ["inherited", "one", "decorated", "decorated", "Nested"]


def test_the_tasks_of_several_bases_come_in_the_order_of_the_bases():
    class Left(TaskSet):
        tasks = [one]

    class Right(TaskSet):
        tasks = [two]

    class Made(Right, Left):
        @task
        def own(self): ...

    assert names(Made) == ["two", "one", "own"]


def test_an_overridden_task_stays_beside_the_new_one():
    class Base(User):
        abstract = True

        @task
        def work(self):
            return "old"

    class Silent(Base):
        def work(self):
            return "new"

    class Declared(Base):
        @task
        def work(self):
            return "new"

    assert [declared(None) for declared in Silent.tasks] == ["old"]
    assert [declared(None) for declared in Declared.tasks] == ["old", "new"]


def test_a_weight_must_be_a_whole_number():
    with pytest.raises(TypeError):

        class Half(TaskSet):
            @task(1.5)
            def work(self): ...

    class Never(TaskSet):
        @task(0)
        def work(self): ...

    assert Never.tasks == []


def test_run_cannot_be_a_task():
    with pytest.raises(Exception, match="run"):

        class Made(TaskSet):
            @task
            def run(self): ...


def test_on_start_as_a_task_is_warned_about(caplog):
    class Made(TaskSet):
        @task
        def on_start(self): ...

    assert any("on_stop/start" in r.getMessage() or "on_start" in r.getMessage() for r in caplog.records)


def test_abstract_is_not_inherited():
    class Base(User):
        abstract = True

    class Concrete(Base): ...

    assert User.abstract is True and Base.abstract is True and Concrete.abstract is False


def test_only_a_list_or_a_dict_makes_a_sequence():
    class Sequence(SequentialTaskSet):
        tasks = {one: 2, two: 1}

    assert names(Sequence) == ["one", "one", "two"]
    with pytest.raises(ValueError):

        class Unordered(SequentialTaskSet):
            tasks = {one}


def test_pairs_in_a_sequence_are_not_expanded():
    class Sequence(SequentialTaskSet):
        tasks = [(one, 2), two]

    assert Sequence.tasks == [(one, 2), two]


def test_a_sequence_begins_with_its_first_task_whenever_it_is_entered():
    trace = []

    class Sequence(SequentialTaskSet):
        @task
        def first(self):
            trace.append("first")

        @task
        def second(self):
            trace.append("second")
            if len(trace) == 4:
                raise StopUser()
            self.interrupt()

        @task
        def third(self):
            trace.append("third")
            raise StopUser()

    class Visitor(User):
        tasks = [Sequence]

    run_to_end(Visitor)
    assert trace == ["first", "second"] * 2


def test_tasks_assigned_to_the_instance_are_the_ones_that_run():
    seen = []

    def assigned(user):
        seen.append("assigned")
        raise StopUser()

    class OnUser(User):
        def __init__(self, *args):
            super().__init__(*args)
            self.tasks = [assigned]

        @task
        def declared(self):
            seen.append("declared")

    class Tasks(TaskSet):
        def __init__(self, parent):
            super().__init__(parent)
            self.tasks = [self.method]

        @task  # a task set without any is taken for one that the tags have emptied
        def declared(self):
            seen.append("declared")

        def method(self):
            seen.append("method")
            raise StopUser()

    class OnTaskSet(User):
        tasks = [Tasks]

    run_to_end(OnUser)
    run_to_end(OnTaskSet)
    assert seen == ["assigned", "method"]


def test_a_task_set_knows_its_user_parent_and_client():
    seen = {}

    class Inner(TaskSet):
        @task
        def look(self):
            seen.update(user=self.user, parent=self.parent, client=self.client, outer=self.parent.parent)
            raise StopUser()

    class Outer(TaskSet):
        tasks = [Inner]

    class Visitor(User):
        tasks = [Outer]

        def __init__(self, environment):
            super().__init__(environment)
            self.client = "the client"

    run_to_end(Visitor)
    assert isinstance(seen["user"], Visitor) and isinstance(seen["parent"], Outer)
    assert seen["outer"] is seen["user"] and seen["client"] == "the client"
    with pytest.raises(AttributeError):
        Outer(seen["user"]).user = None


class Callable:
    """A task that is no function."""

    def __init__(self, given):
        self.given = given

    def __call__(self, *args):
        self.given.append(args)
        raise StopUser()


@pytest.mark.parametrize("is_function", [True, False])
def test_what_a_task_is_given(is_function):
    given = []
    note = Callable(given)
    work = (lambda *args: note(*args)) if is_function else note

    class Tasks(TaskSet):
        tasks = [work]

    class OfUser(User):
        tasks = [work]

    class OfTaskSet(User):
        tasks = [Tasks]

    run_to_end(OfUser)
    run_to_end(OfTaskSet)
    assert [[type(argument) for argument in args] for args in given] == [[OfUser], [Tasks]]


def test_tasks_are_drawn_independently_each_as_often_as_it_weighs():
    drawn = []

    class Drawing(User):
        tasks = {}

        @task(3)
        def often(self):
            self.count("often")

        @task
        def seldom(self):
            self.count("seldom")

        def count(self, name):
            drawn.append(name)
            if len(drawn) == 400:
                raise StopUser()

    random.seed(7)
    run_to_end(Drawing)
    assert 270 <= drawn.count("often") <= 330
    assert 10 <= list(pairwise(drawn)).count(("seldom", "seldom")) <= 40


def test_a_user_without_tasks_says_so_again_and_again():
    class Idle(User):
        wait_time = constant(0)

    environment = run_users(Idle, until=lambda env: env.runner.exceptions)
    [kind] = environment.runner.exceptions.values()
    assert kind["msg"].startswith("No tasks defined on Idle")


def tagged_user():
    class Inner(TaskSet):
        @tag("a")
        @task
        def a(self): ...

        @tag("b")
        @task
        def b(self): ...

        @task
        def untagged_inner(self): ...

    class Tagged(User):
        tasks = [Inner]

        @tag("a", "b")
        @task
        def ab(self): ...

        @tag("c")
        @task(2)
        def c(self): ...

        @task
        def untagged(self): ...

        @tag("d")
        @task
        class Set(TaskSet):
            @task
            def in_set(self): ...

    return Tagged


@pytest.mark.parametrize(
    "tags, exclude, expected, expected_inner",
    [
        (None, None, ["Inner", "ab", "c", "c", "untagged", "Set"], ["a", "b", "untagged_inner"]),
        ({"a"}, None, ["Inner", "ab"], ["a"]),
        ({"c"}, None, ["c", "c"], []),
        ({"b", "c"}, None, ["Inner", "ab", "c", "c"], ["b"]),
        ({"d"}, None, ["Set"], []),
        (None, {"a"}, ["Inner", "c", "c", "untagged", "Set"], ["b", "untagged_inner"]),
        ({"a"}, {"b"}, ["Inner"], ["a"]),
        (None, {"d"}, ["Inner", "ab", "c", "c", "untagged"], ["a", "b", "untagged_inner"]),
        ({"nobody"}, None, [], []),
    ],
)
def test_tags_select_tasks_at_every_level(tags, exclude, expected, expected_inner):
    user = tagged_user()
    inner = user.tasks[0]
    filter_tasks_by_tags(user, tags, exclude)
    assert names(user) == expected
    assert names(inner) == expected_inner


def test_a_class_without_tasks_left_is_warned_about(caplog):
    filter_tasks_by_tags(tagged_user(), {"nobody"})
    assert any("Tagged had no tasks left after filtering" in r.getMessage() for r in caplog.records)


def test_a_tag_needs_a_name():
    with pytest.raises(ValueError):
        tag()
    with pytest.raises(ValueError):
        tag(one)


def test_tags_add_up():
    @tag("a", "b")
    @tag("c")
    def tagged(_): ...

    assert tagged.locust_tag_set == {"a", "b", "c"}


def test_tags_are_applied_at_the_first_start_of_a_test():
    events, seen = Events(), []

    class Tagged(User):
        wait_time = constant(1000)

        @tag("a")
        @task
        def a(self): ...

        @task
        def other(self): ...

    events.test_start.add_listener(lambda **kw: seen.append(names(Tagged)))
    environment = Environment(user_classes=[Tagged], tags=["a"], events=events)
    runner = environment.create_local_runner()
    assert names(Tagged) == ["a", "other"]
    for _ in range(2):
        runner.start(1, 1000)
        wait_until(lambda: runner.state == "running")
        runner.stop()
        Tagged.tasks = [one, two]
    runner.quit()
    assert seen == [["a"], ["one", "two"]]


@pytest.mark.parametrize(
    "given, expected",
    [
        ({"tags": ["a"]}, ["a"]),
        ({"exclude_tags": ["a"]}, ["b", "other"]),
        ({"tags": []}, ["a", "b", "other"]),
    ],
)
def test_tags_of_the_options_serve_when_the_environment_has_none(given, expected):
    class Tagged(User):
        @tag("a")
        @task
        def a(self): ...

        @tag("b")
        @task
        def b(self): ...

        @task
        def other(self): ...

    options = Namespace(**{"tags": None, "exclude_tags": None, "headless": True, "stop_timeout": 0, **given})
    run_users(Tagged, parsed_options=options, until=lambda environment: environment.runner.user_count)
    assert names(Tagged) == expected


def test_tags_of_the_environment_are_applied_once_when_the_test_starts():
    class Tagged(User):
        @tag("a")
        @task
        def a(self):
            raise StopUser()

        @task
        def other(self):
            raise AssertionError("was filtered out")

    environment = Environment(user_classes=[Tagged], tags=["a"])
    assert names(Tagged) == ["a", "other"]
    environment._filter_tasks_by_tags()
    assert names(Tagged) == ["a"]
    Tagged.tasks = [one]
    environment._filter_tasks_by_tags()
    assert names(Tagged) == ["one"]


def test_an_interruption_has_the_arguments_it_was_raised_with():
    assert (InterruptTaskSet().reschedule, InterruptTaskSet().args) == (True, ())
    assert (InterruptTaskSet(False).reschedule, InterruptTaskSet(False).args) == (False, (False,))


@pytest.mark.parametrize("of_the_class", [True, False])
@pytest.mark.parametrize(
    "step", ["get_next_task", "execute_task", "execute_next_task", "schedule_task", "wait_time", "wait"]
)
def test_a_step_that_a_task_replaces_is_called_from_then_on(step, of_the_class):
    done = []

    class Tasks(TaskSet):
        @task
        def replace(self):
            done.append("task")
            if len(done) > 3:
                raise AssertionError(f"{step} is as it was")
            if len(done) == 3:
                setattr(Tasks if of_the_class else self, step, end)

    def end(*_, **__):
        done.append(step)
        raise StopUser()

    class Visitor(User):
        wait_time = constant(0)
        tasks = [Tasks]

    run_to_end(Visitor)
    assert done == ["task", "task", "task", step]


def test_a_user_that_gives_itself_a_wait_time_needs_no_milliseconds_any_more():
    done = []

    class Visitor(User):
        wait_time = None
        min_wait = max_wait = 1

        @task
        def visit(self):
            done.append("task")
            if len(done) == 3:
                self.wait_time = self.end

        def end(self):
            done.append("wait_time")
            raise StopUser()

    run_to_end(Visitor)
    assert done == ["task", "task", "task", "wait_time"]


def test_an_error_has_a_traceback_wherever_it_comes_from():
    places = []

    class Visitor(User):
        def wait_time(self):
            if places:
                raise StopUser()

        @task
        def visit(self): ...

    events = Events()
    events.user_error.add_listener(lambda tb, **_: places.append(tb.tb_frame))
    run_to_end(Visitor, events=events, catch_exceptions=True)
    assert len(places) == 1
