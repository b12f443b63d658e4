"""MarkovTaskSet: chains, weights, nesting, interruption, and classes that are refused."""

import logging

from parity_tools import step, trace

from locust import MarkovTaskSet, SequentialTaskSet, User, constant, tag, task, transition, transitions
from locust.exception import RescheduleTask, StopUser


class Base(User):
    abstract = True
    fixed_count = 1
    wait_time = constant(0.01)


class Ring(Base):
    @task
    class Chain(MarkovTaskSet):
        laps = 0

        def on_start(self):
            step("Ring", f"on_start, first {self.current.__name__}, tasks {len(self.tasks)}")

        def on_stop(self):
            step("Ring", "on_stop")

        @transition("b")
        def a(self):
            step("Ring", "a")

        @transitions(["c"])
        def b(self):
            step("Ring", "b")

        @transitions({"a": 3})
        def c(self):
            step("Ring", "c")
            self.laps += 1
            if self.laps == 3:
                raise StopUser()


class Weighted(Base):
    """Only the shares are of interest, and no transition that does not exist may happen."""

    @task
    class Chain(MarkovTaskSet):
        seen = {"b": 0, "c": 0}
        last = None

        @transitions([("b", 9), "c"])
        def a(self):
            self.last = "a"

        @transition("a", weight=5)
        def b(self):
            self.count("b")

        @transitions({"a": 1, "c": 0})
        def c(self):
            self.count("c")

        def count(self, name):
            if self.last != "a":
                trace(f"came to {name} from {self.last}")
            self.last = name
            self.seen[name] += 1
            if sum(self.seen.values()) == 400:
                step("Weighted", f"b rules: {self.seen['b'] > 320}, c exists: {self.seen['c'] > 5}")
                raise StopUser()

        wait_time = constant(0)


class Breaking(Base):
    """What ends a task early does not end the chain."""

    @task
    class Chain(MarkovTaskSet):
        @transition("reschedule")
        def fail(self):
            step("Breaking", "fail")
            raise ValueError("the chain goes on")

        @transition("end")
        def reschedule(self):
            step("Breaking", "reschedule")
            self.schedule_task(self.extra)
            raise RescheduleTask()

        @transition("fail")
        def end(self):
            step("Breaking", "end")
            raise StopUser()

        def extra(self):
            step("Breaking", "scheduled")


class Leaving(Base):
    @task
    class Visits(SequentialTaskSet):
        @task
        class Chain(MarkovTaskSet):
            @transition("leave")
            def enter(self):
                step("Leaving", "enter")

            @transition("enter")
            def leave(self):
                step("Leaving", "leave")
                self.interrupt()

        @task
        def after(self):
            step("Leaving", "after the chain")
            self.user.rounds = getattr(self.user, "rounds", 0) + 1
            if self.user.rounds == 2:
                raise StopUser()


class Shared(MarkovTaskSet):
    abstract = True

    def greet(self, who):
        step(type(self.user).__name__, f"{who} greets")


class Inherited(Base):
    @task
    class Chain(Shared):
        @transition("one")
        def zero(self):
            self.greet("zero")

        @transition("zero")
        def one(self):
            self.greet("one")
            raise StopUser()


class Unreachable(Base):
    @task
    class Chain(MarkovTaskSet):
        @transition("here")
        def here(self):
            step("Unreachable", "here")
            raise StopUser()

        @transition("here")
        def island(self):
            step("Unreachable", "nobody comes here")


def refused(name, **members):
    try:
        type(MarkovTaskSet)(name, (MarkovTaskSet,), members)
        trace(f"{name}: accepted")
    except Exception as error:
        trace(f"{name}: {type(error).__name__} {[base.__name__ for base in type(error).__mro__][1:3]}")


def plain(self):
    pass


def to(target):
    def move(self):
        pass

    move.__name__ = move.__qualname__ = "move"
    return transition(target)(move)


refused("NoTasks")
refused("ToNowhere", move=to("nowhere"))
refused("ToPlain", move=to("plain"), plain=plain)
refused("Tagged", move=tag("x")(to("move")))
refused("Fine", move=to("move"))
refused("Abstract", abstract=True)
logging.info("the classes are made")
