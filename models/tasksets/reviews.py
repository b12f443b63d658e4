"""A task set without a user: locust-nest runs it inside a user of its own when it is started with -T."""

import random

from locust import TaskSet, between, task


class ReadReviews(TaskSet):
    wait_time = between(0.5, 2)

    @task(3)
    def read(self):
        self.client.get(f"/products/{random.randint(1, 100)}/reviews", name="/products/[id]/reviews")

    @task
    def start_again(self):
        self.client.get("/")
