"""A model that leads the run itself: more users, fewer, none, a new test, the end."""

import gevent
from legacy_tools import trace

from locust import Locust, TaskSet, events, runners, task


def on_hatch_complete(user_count):
    trace("hatched", user_count)


def on_start_hatching():
    trace("start hatching")


events.hatch_complete += on_hatch_complete
events.locust_start_hatching += on_start_hatching


def lead():
    runner = runners.locust_runner
    runner.start_hatching(5, 100)
    gevent.sleep(0.8)
    trace("more", runner.user_count, runner.state, len(runner.locusts))
    runner.start_hatching(2, 100)
    gevent.sleep(0.8)
    trace("fewer", runner.user_count, runner.state)
    runner.stop()
    trace("none", runner.user_count, runner.state)
    events.request_success.fire(request_type="own", name="between", response_time=1, response_length=0)
    runner.start_hatching(1, 100)
    gevent.sleep(0.8)
    trace("again", runner.user_count, runner.state)
    events.request_success.fire(request_type="own", name="after", response_time=1, response_length=0)
    runner.quit()


class Tasks(TaskSet):
    leader = None

    def on_stop(self):
        trace("on_stop")

    @task
    def work(self):
        if Tasks.leader is None:
            Tasks.leader = gevent.spawn(lead)
        gevent.sleep(60)


class Follower(Locust):
    task_set = Tasks
    min_wait = max_wait = 1
