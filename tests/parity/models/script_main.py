"""A model that starts Locust itself when it is run as a script."""

import os
import sys

from locust import HttpUser, constant, events, task
from locust.exception import StopUser
from locust.main import main


class Visitor(HttpUser):
    wait_time = constant(0.01)

    @task
    def visit(self):
        self.client.get("/hello")
        raise StopUser()


@events.quitting.add_listener
def quitting(environment, **kwargs):
    print("requests", environment.stats.total.num_requests, __name__)


if __name__ == "__main__":
    sys.argv = ["locust", "-f", __file__, "--headless", "-u", "2", "-r", "10", "-t", "3", "--only-summary"]
    sys.argv += ["-H", os.environ["PARITY_HOST"]]
    main()
