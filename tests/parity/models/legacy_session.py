"""The client as the requests.Session that it is."""

from legacy_tools import trace

from locust import HttpLocust, TaskSet, task
from locust.clients import HttpSession
from locust.exception import StopLocust


class Tasks(TaskSet):
    @task
    def work(self):
        client = self.client
        trace(
            isinstance(client, HttpSession),
            client.trust_env,
            client.verify,
            client.base_url == self.locust.host,
        )
        client.headers["X-Own"] = "1"
        client.auth = ("me", "secret")
        trace(client.get("/basic-auth/me/secret").status_code)
        client.auth = None
        for verb in (client.get, client.options, client.head, client.delete):
            response = verb("/item/1", name=verb.__name__)
            trace(verb.__name__, response.status_code, response.reason, response.ok, len(response.content))
        for verb in (client.post, client.put, client.patch):
            response = verb("/echo", "a body", name=verb.__name__)
            trace(verb.__name__, response.json()["body"], response.request.headers.get("Content-Length"))
        trace(client.post("/echo", json={"a": [1, 2]}).json()["body"])
        trace(client.post("/echo", data={"a": "b c"}).json()["body"])
        trace(client.request("PURGE", "/item/2", name="purge").status_code)
        response = client.get("/redirect/2")
        trace(
            response.url, [hop.status_code for hop in response.history], response.elapsed.total_seconds() > 0
        )
        trace(client.get("/redirect/1", name="not followed", allow_redirects=False).headers["Location"])
        trace(client.get("", name="empty").status_code, client.get("/utf8").text, client.get("/latin1").text)
        trace(client.get(self.locust.host + "/hello").text.strip())
        own = HttpSession(self.locust.host)
        trace(
            own.get("/cookies/set?a=1", name="own").json(), own.cookies.get_dict(), client.cookies.get_dict()
        )
        raise StopLocust()


class Visitor(HttpLocust):
    task_set = Tasks
    min_wait = max_wait = 1
