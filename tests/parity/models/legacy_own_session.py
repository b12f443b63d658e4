"""A session of the model's own, mixins, and what runs beside a task: greenlets, pools, sleeping, other requests."""

import time

import gevent
import requests
from gevent.pool import Pool
from legacy_tools import finish_after, trace

from locust import HttpLocust, TaskSet, events, task
from locust.clients import HttpSession


class Tracing(HttpSession):
    def request(self, method, url, *args, **kwargs):
        kwargs.pop("allow_redirects", None)
        trace("request", method, url, args, sorted(kwargs))
        return super(Tracing, self).request(method, url, *args, **kwargs)


class Counting(object):
    made = 0

    def __init__(self, *args, **kwargs):
        super(Counting, self).__init__(*args, **kwargs)
        Counting.made += 1
        trace("made", Counting.made, args, kwargs)


class Tasks(TaskSet):
    @task
    def work(self):
        self.client.get("/hello", headers={"X-Own": "1"})
        self.client.post("/echo", {"a": 1}, name="echo")
        statuses = Pool(2).map(lambda number: self.fetch(number).status_code, range(4))
        trace("pool", statuses)
        begun = time.time()
        gevent.joinall([gevent.spawn(time.sleep, 0.3) for _ in range(4)])
        trace("sleeping together", time.time() - begun < 1)
        trace("not recorded", requests.get(self.locust.host + "/json").json()["id"])
        events.request_success.fire(request_type="timer", name="own", response_time=5, response_length=0)
        finish_after(self.locust, 2)

    def fetch(self, number):
        return requests.get("{}/item/{}".format(self.locust.host, number))


class Visitor(Counting, HttpLocust):
    task_set = Tasks
    min_wait = max_wait = 1

    def __init__(self):
        super(Visitor, self).__init__()
        self.client = Tracing(self.host)
