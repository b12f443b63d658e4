"""churning_user.py with twice the users, and with what goes wrong in long tests: errors of the server, connections that
it resets, responses that do not come, and large bodies: whole, streamed, and left in the middle.

Further accounts: requests that have to fail (`failed`), that the model itself cuts off (`abandoned`), and that ended in
another way than they have to (`wrong`).
"""

import churning_user
from churning_user import accounted, accounts
from gevent import Timeout
from requests import exceptions

from locust import task

MEGABYTE = 2**20

accounts.update(failed=0, abandoned=0, wrong=0)


def expect(right):
    if not right:
        accounts["wrong"] += 1


class Churn(churning_user.Churn):
    most, fewest = 2000, 1900


class Troubled(churning_user.Churning):
    @task(180)
    def index(self):
        with accounted():
            self.client.get("/")

    @task(6)
    def error(self):
        with accounted():
            expect(self.client.get("/error").status_code == 500)
        accounts["failed"] += 1

    @task(4)
    def reset(self):
        with accounted():  # a POST, which is not sent again
            expect(isinstance(self.client.post("/reset").error, exceptions.ConnectionError))
        accounts["failed"] += 1

    @task(4)
    def late(self):
        with accounted():
            expect(isinstance(self.client.get("/never", timeout=0.2).error, exceptions.Timeout))
        accounts["failed"] += 1

    @task(2)
    def abandoned(self):
        try:
            with Timeout(1), accounted():
                self.client.get("/never")
            expect(False)
        except Timeout:
            accounts["abandoned"] += 1

    @task(1)
    def whole(self):
        with accounted():
            expect(len(self.client.get("/1m").content) == MEGABYTE)

    @task(1)
    def streamed(self):
        with accounted():
            response = self.client.get("/1m", stream=True)
        expect(sum(map(len, response.iter_content(2**14))) == MEGABYTE)

    @task(1)
    def left(self):
        with accounted():
            response = self.client.get("/1m", stream=True)
        expect(len(next(response.iter_content(2**14))) == 2**14)
        response.close()
