"""A model of 2016, as the tutorials of Locust 0.7 wrote them: times in milliseconds, tasks by dictionary."""

# ruff: noqa: E741, UP031
import random

import requests

from locust import HttpLocust, TaskSet, task


def index(l):
    l.client.get("/")


def suggestions(l):
    l.client.get("/suggest?q=%s" % random.choice("abcdelmnt"), name="/suggest?q=[letter]")


class UserBehavior(TaskSet):
    tasks = {index: 2, suggestions: 1}

    def on_start(self):
        self.login()

    def login(self):
        account = requests.post("http://127.0.0.1:18081/accounts").json()
        self.client.post("/login", {"user": account["user"], "password": account["password"]})

    @task(3)
    def product(self):
        self.client.get("/products/%d" % random.randint(1, 100), name="/products/[id]")

    @task(1)
    def missing(self):
        with self.client.get("/no-such-page", catch_response=True) as response:
            if response.status_code == 404:
                response.success()


class WebsiteUser(HttpLocust):
    task_set = UserBehavior
    host = "http://127.0.0.1:18080"
    min_wait = 500
    max_wait = 2000
