from locust import TaskSet, task

from . import config


class Catalogue(TaskSet):
    @task
    def open(self):
        self.client.get("/hello", name=config.NAME)
