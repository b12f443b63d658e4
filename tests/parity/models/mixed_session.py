"""Sessions that inherit from another subclass of requests.Session and from HttpSession."""

import requests
from parity_tools import run_each, trace

from locust import HttpUser, constant, task
from locust.clients import HttpSession


class TokenSession(requests.Session):
    """As OAuth2Session does: its own constructor, and a request() that adds a token and may renew it."""

    def __init__(self, client_id=None, token=None, **kwargs):
        super().__init__(**kwargs)
        self.client_id = client_id
        self.token = token or {}
        self.auth = lambda request: request
        self.compliance_hook = {"before": set()}

    @property
    def authorized(self):
        return bool(self.token)

    def fetch_token(self, url):
        self.token = requests.Session.request(self, "GET", url).json()
        return self.token

    def request(self, method, url, data=None, headers=None, withhold_token=False, **kwargs):
        if self.token and not withhold_token:
            headers = {**(headers or {}), "Authorization": "Bearer " + self.token["token"]}
        return super().request(method, url, headers=headers, data=data, **kwargs)


class TokenFirst(TokenSession, HttpSession):
    def __init__(self, base_url, request_event, user, **kwargs):
        HttpSession.__init__(self, base_url, request_event, user)
        requests.Session.__init__(self)
        self.client_id, self.token = kwargs["client_id"], {}
        self.compliance_hook = {}


class HttpFirst(HttpSession, TokenSession):
    def __init__(self, base_url, request_event, user, **kwargs):
        super().__init__(base_url, request_event, user, **kwargs)


class Mixed(HttpUser):
    wait_time = constant(0)

    def on_start(self):
        event = self.environment.events.request
        self.clients = [
            TokenFirst(self.host, event, self, client_id="t"),
            HttpFirst(self.host, event, self, client_id="h", token={"token": "token-ann"}),
        ]

    @task
    def work(self):
        run_each(self.use, rounds=2)

    def use(self):
        for client in self.clients:
            label = type(client).__name__
            print(
                label,
                client.client_id,
                client.authorized,
                sorted(client.headers) == sorted(requests.Session().headers),
            )
            response = client.get("/bearer/ann", name=f"{label} before")
            print(response.status_code, type(response).__name__)
            if label == "TokenFirst":
                print(client.fetch_token(self.host + "/token/ann"))
            response = client.get("/bearer/ann", name=f"{label} after")
            print(response.status_code, response.json())
            with client.post(
                "/bearer/ann", json={"a": 1}, catch_response=True, name=f"{label} judged"
            ) as response:
                if response.status_code == 200:
                    response.failure("judged")
            client.get("/redirect/1")
            client.cookies.set("c", label)
            print(client.get("/cookies").json())
            trace(label)
        self.clients[0].token = {}
