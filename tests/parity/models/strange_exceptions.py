"""Exceptions in tasks that are hard to report: texts of every kind, groups, chains, broken __str__."""

from parity_tools import step

from locust import User, constant, events, task
from locust.exception import StopUser


class Unprintable(Exception):
    def __str__(self):
        raise ValueError("no text")


class WithFields(Exception):
    def __init__(self, code, **more):
        super().__init__(code, more)
        self.code = code


def recursive():
    return recursive()


def chained():
    try:
        int("x")
    except ValueError as error:
        raise LookupError("chained") from error


def during():
    try:
        int("x")
    except ValueError:
        raise LookupError("during")  # noqa: B904


def group():
    raise ExceptionGroup("several", [ValueError("one"), TypeError("two")])


KINDS = [
    Exception(),
    Exception(""),
    Exception("two", "arguments"),
    Exception("two\nlines"),
    Exception("ümläut € 你好"),
    Exception("comma, \"quote\" and 'apostrophe'"),
    Exception("100 % sure %s %d {0} {name}"),
    Exception("x" * 3000),
    Exception(None),
    Exception(b"bytes"),
    Exception("  spaces  "),
    Exception("\x1b[31mred\x1b[0m"),
    WithFields(7, a=1),
    KeyError("key"),
    KeyError(),
    OSError(2, "No such file"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad byte"),
    AssertionError(),
    StopIteration("value"),
    Warning("a warning raised"),
    NotImplementedError,
]
CALLS = [recursive, chained, during, group]


class Raiser(User):
    wait_time = constant(0)
    turn = 0

    @task
    def fail(self):
        self.turn += 1
        if self.turn <= len(KINDS):
            raise KINDS[self.turn - 1]
        if self.turn <= len(KINDS) + len(CALLS):
            CALLS[self.turn - 1 - len(KINDS)]()
        raise StopUser()


@events.user_error.add_listener
def on_error(exception, **kwargs):
    step("error", f"{type(exception).__name__} {len(exception.args)}")


@events.test_stop.add_listener
def test_stop(environment, **kwargs):
    for error in environment.runner.exceptions.values():
        step("exceptions", f"{error['count']} {error['msg'][:60]!r}")
