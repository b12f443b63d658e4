"""Basic authentication: as a tuple, on the session, as an object, wrong, and in the address."""

from parity_tools import finish_after
from requests.auth import HTTPBasicAuth

from locust import HttpUser, constant, task


class Member(HttpUser):
    wait_time = constant(0)

    @task
    def enter(self):
        client = self.client
        page = "/basic-auth/ann/s3cret"
        client.get(page, name="none")
        client.get(page, auth=("ann", "s3cret"), name="tuple")
        client.get(page, auth=HTTPBasicAuth("ann", "s3cret"), name="object")
        client.get(page, auth=("ann", "wrong"), name="wrong")
        client.auth = ("ann", "s3cret")
        client.get(page, name="session")
        client.get("/redirect-to?url=" + page, name="session, redirected")
        client.get(page, auth=("eve", "x"), name="keyword wins")
        client.auth = None
        client.get(self.host.replace("//", "//ann:s3cret@") + page, name="in the address")
        client.get(page, headers={"Authorization": "Basic YW5uOnMzY3JldA=="}, name="header")
        finish_after(self, 2)
