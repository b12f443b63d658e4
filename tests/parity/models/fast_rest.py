"""rest() and rest_(): JSON both ways, and every way in which their block can fail."""

import time

from parity_tools import attempt, fault, run_each

from locust import FastHttpUser, HttpUser, constant, task
from locust.exception import RescheduleTask, ResponseError


class Resting(FastHttpUser):
    wait_time = constant(0)
    network_timeout = 0.5

    def rest(self, method, url, **kwargs):
        """Overridden, as the documentation suggests, for a header that each request needs."""
        kwargs.setdefault("headers", {})["X-Rest"] = "1"
        return super().rest(method, url, **kwargs)

    @task
    def work(self):
        run_each(self.use, rounds=2)

    def use(self):
        with self.rest("GET", "/json") as response:
            print(response.js, response.status_code, type(response).__name__)
        with self.rest("POST", "/echo", json={"a": [1]}) as response:
            headers = response.js["headers"]
            print(response.js["body"], headers["x-rest"], headers["content-type"], headers["accept"])
        with self.rest("POST", "/echo", data="text", headers={"Content-Type": "text/plain"}) as response:
            print(response.js["body"], response.js["headers"]["content-type"])
        with self.rest("GET", "/utf8", name="no JSON") as response:
            print(response.js, response.text)
        with self.rest("GET", "/status/204", name="empty") as response:
            print(response.js)
        with self.rest("GET", "/bearer/nobody", name="bad status") as response:
            print(response.status_code, response.js)
        with self.rest("GET", "/bearer/nobody", name="pardoned") as response:
            response.success()
        with self.rest("GET", "/json", name="assertion") as response:
            assert response.js["id"] == 8, f"id was {response.js['id']}"
        with self.rest("GET", "/json", name="assertion with the text") as response:
            assert response.js["id"] == 8, "unexpected id,"
        with self.rest("GET", "/json", name="bare assertion") as response:
            assert response.js["id"] == 8
        with self.rest("GET", "/json", name="failure") as response:
            response.failure("by hand")
        with self.rest("GET", "/json", name="failure, then assertion") as response:
            response.failure("by hand")
            assert not response.js, "asserted"
        with self.rest("GET", "/json", name="response error") as response:
            raise ResponseError("raised")
        with self.rest("GET", fault("refuse") + "/", name="refused") as response:
            print(response.js, response.status_code)
        with self.rest("GET", fault("silent") + "/", name="silent") as response:
            pass
        with self.rest("GET", fault("refuse") + "/", name="refused, pardoned") as response:
            response.success()
        with self.rest("GET", "/gzip", name="gzip") as response:
            print(response.js["gzipped"])
        with self.rest("GET", "/redirect-to?url=/json", name="redirected") as response:
            print(response.js["id"])
        with self.rest("HEAD", "/json", name="head") as response:
            print(response.js)
        with self.rest_("GET", "/echo") as response:
            target, mark, stamp = response.js["target"].partition("?_=")
            print(target, abs(int(stamp) / 1000 - time.time()) < 60, mark)
        with self.rest_("GET", "/echo?x=1") as response:
            print(response.js["target"].partition("&_=")[0])
        with self.rest_("GET", "/echo", name="named", params={"p": "1"}) as response:
            print(response.js["target"].count("="))
        attempt("rescheduling in a block", self.reschedule)

    def reschedule(self):
        with self.rest("GET", "/json", name="rescheduling"):
            raise RescheduleTask()


class Plain(HttpUser):
    wait_time = constant(0)

    @task
    def work(self):
        run_each(self.use, rounds=2)

    def use(self):
        with self.rest("GET", "/json", name="plain rest") as response:
            print(response.js)
        with self.rest(
            "POST", "/echo", json={"a": 1}, name="plain post", headers={"Accept": "text/x"}
        ) as response:
            print(response.js["headers"]["accept"], response.js["headers"]["content-type"])
        with self.rest("GET", "/utf8", name="plain no JSON") as response:
            print(response.js)
        with self.rest("GET", "/json", name="plain assertion") as response:
            assert response.js == {}, "not empty"
        with self.rest("GET", fault("refuse") + "/", name="plain refused") as response:
            print(response.js)
        with self.rest_("GET", "/json") as response:
            print(response.js["id"])
