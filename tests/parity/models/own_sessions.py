"""HttpSession objects that the model makes itself: several for each user, subclasses, without a user, on threads."""

import requests
from parity_tools import attempt, fault, run_each

from locust import HttpUser, User, constant, events, task
from locust.clients import HttpSession


@events.request.add_listener
def note(name, context, response, exception, **kwargs):
    if name.startswith("noted"):
        print(name, context, response.status_code, exception)


class Wrapped(HttpSession):
    """A client of the model's own which adds what each request needs."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.headers["X-Wrapped"] = "yes"
        self.made = 0

    def request(self, method, url, *args, **kwargs):
        self.made += 1
        kwargs.setdefault("timeout", 10)
        kwargs.setdefault("headers", {}).update({"X-Number": str(self.made)})
        response = super().request(method, "/" + url.lstrip("/"), *args, **kwargs)
        if not kwargs.get("catch_response"):
            response.number = self.made
        return response

    def login(self, user):
        return self.post("/login", {"user": user, "password": "secret"}).json()["user"]


class Several(HttpUser):
    wait_time = constant(0)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        event = self.environment.events.request
        self.first = HttpSession(base_url=self.host, request_event=event, user=self)
        self.second = HttpSession(self.host + "/item", event, self)
        self.third = HttpSession(self.host, event, user=None)
        self.wrapped = Wrapped(base_url=self.host, request_event=event, user=self)

    def context(self):
        return {"who": "several"}

    @task
    def work(self):
        run_each(self.use, rounds=2)

    def use(self):
        self.first.cookies.set("a", "1")
        print(
            self.first.get("/cookies").json(),
            self.second.get("/7").json()["item"],
            self.client.get("/cookies").json(),
        )
        self.first.get("/hello", name="noted first")
        self.third.get("/hello", name="noted third", context={"own": 1})
        self.second.get(fault("refuse") + "/", name="noted refused")
        print(self.wrapped.login("ann"), self.wrapped.get("me").json(), self.wrapped.made)
        response = self.wrapped.put("echo", json={"a": 1}, headers={"X-Own": "1"})
        print(sorted(name for name in response.json()["headers"] if name.startswith("x-")), response.number)
        with self.wrapped.get("hello", catch_response=True, name="noted judged") as response:
            response.failure("by the wrapped one")
        print(
            isinstance(self.wrapped, requests.Session),
            self.wrapped.base_url == self.host,
            self.wrapped.user is self,
        )
        self.first.own, self.first.timeout = "attribute", 5
        print(self.first.own, self.first.request_event is self.environment.events.request)
        with HttpSession(self.host, self.environment.events.request, self) as session:
            session.get("/hello", name="in a with block")
        session.get("/hello", name="after its with block")
        self.first.close()
        self.client.close()
        print(self.first.get("/hello", name="after close").ok, self.client.get("/hello").ok)


class WithoutHttp(User):
    """Makes its session without being an HttpUser."""

    wait_time = constant(0)

    def __init__(self, environment):
        super().__init__(environment)
        self.client = HttpSession(base_url=self.host, request_event=environment.events.request, user=self)
        self.client.trust_env = False

    @task
    def work(self):
        run_each(self.use, rounds=2)

    def use(self):
        print(self.client.get("/item/1").json()["item"])
        with self.client.post("/post", json={"a": 1}, catch_response=True) as response:
            response.failure("judged")


class Replaced(HttpUser):
    """Its client is another one after the constructor."""

    wait_time = constant(0)

    def __init__(self, environment):
        super().__init__(environment)
        self.client = Wrapped(self.host, environment.events.request, self)

    @task
    def work(self):
        run_each(self.use, rounds=2)

    def use(self):
        print(self.client.get("hello", name="replaced").number)


class Unrecorded(HttpUser):
    """Its client is a plain session: nothing is counted."""

    wait_time = constant(0)

    def on_start(self):
        self.client = requests.Session()

    @task
    def work(self):
        run_each(self.use)

    def use(self):
        print(self.client.get(self.host + "/item/2").json()["item"])
        attempt("no base", lambda: self.client.get("/item/2"))
        attempt("no verdict", lambda: self.client.get(self.host + "/hello").failure("x"))
        attempt("no name", lambda: self.client.get(self.host + "/hello", name="x"))
