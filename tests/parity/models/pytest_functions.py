"""A locustfile without any class: each test function is a user, its parameters are fixtures."""

import pytest
from parity_tools import step

from locust.exception import StopUser

rounds = {"test_session": 0, "test_fast": 0, "test_both": 0}


@pytest.fixture
def basket():
    step("basket", "made")
    return ["apple"]


def done(name):
    rounds[name] += 1
    if rounds[name] == 3:
        step(name, "three rounds")
        raise StopUser()


def test_session(session):
    response = session.get("/json")
    assert response.json()["name"] == "parity" or response.status_code == 200
    if not rounds["test_session"]:
        step("test_session", f"{type(session).__name__} {response.status_code}")
    done("test_session")


def test_fast(fastsession):
    response = fastsession.get("/hello", name="fast")
    if not rounds["test_fast"]:
        step("test_fast", f"{type(fastsession).__name__} {response.status_code}")
    fastsession.get("/status/404", name="missing")
    done("test_fast")


class TestBoth:
    def test_both(self, session):
        with session.get("/hello", name="judged", catch_response=True) as response:
            if rounds["test_both"] == 1:
                response.failure("second round")
        done("test_both")


def helper_not_a_test():
    step("helper", "ran as a test")
