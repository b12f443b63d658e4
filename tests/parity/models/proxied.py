"""proxies= on requests and on the session, trust_env and the variables it reads, a proxy that is not there."""

import os

from parity_tools import attempt, certificate, fault, port, run_each

from locust import HttpUser, constant, task

PROXY = f"http://127.0.0.1:{port('proxy')}"
REFUSED = fault("refuse")


class Indirect(HttpUser):
    wait_time = constant(0)

    def via(self, **keywords):
        response = self.client.get("/echo", **keywords)
        return response.status_code and response.json()["headers"].get("via")

    @task
    def work(self):
        run_each(self.keyword, self.session, rounds=2)

    def keyword(self):
        client = self.client
        print(client.trust_env, client.proxies, self.via())
        print(self.via(proxies={"http": PROXY}), self.via(proxies={"https": PROXY}), self.via(proxies={}))
        print(self.via(proxies={"http": PROXY.partition("//")[2]}), self.via(proxies={"all": PROXY}))
        print(self.via(proxies={f"http://127.0.0.1:{self.host.rpartition(':')[2]}": PROXY}))
        print(self.via(proxies={"http://127.0.0.1": PROXY}), self.via(proxies={"http": None}))
        print(self.via(proxies={"http": PROXY, "no_proxy": "127.0.0.1"}))
        response = client.post("/echo", json={"a": 1}, proxies={"http": PROXY}, name="posted")
        print(response.json()["body"], response.json()["target"], response.url)
        response = client.get("/redirect/1", proxies={"http": PROXY}, name="redirected")
        print(response.status_code, [step.status_code for step in response.history])
        with_password = PROXY.replace("//", "//user:secret@")
        print(client.get("/echo", proxies={"http": with_password}, name="with a password").status_code)
        secure = f"https://127.0.0.1:{port('tls')}"
        proxies = {"https": PROXY, "http": PROXY}
        print(client.get(secure + "/hello", proxies=proxies, verify=certificate(), name="tunnel").text)
        client.get(secure + "/hello", proxies=proxies, verify=False, name="tunnel unverified")
        response = client.get("/hello", proxies={"http": REFUSED}, name="no proxy there")
        print(response.status_code, type(response.error).__name__)
        response = client.get(secure + "/hello", proxies={"https": REFUSED}, name="no tunnel there")
        print(response.status_code, type(response.error).__name__)
        print(client.get("/hello", proxies={"http": PROXY}, stream=True, name="streamed").content)
        attempt(
            "bad proxy",
            lambda: client.get("/hello", proxies={"http": "http://"}, name="bad proxy").status_code,
        )

    def session(self):
        client = self.client
        client.proxies = {"http": PROXY}
        print(self.via(), client.get("/item/1").json()["item"])
        client.proxies.update({"http": REFUSED})
        print(self.via(proxies={"http": PROXY}), client.get("/hello", name="refused").status_code)
        client.proxies.clear()
        os.environ["HTTP_PROXY"] = os.environ["http_proxy"] = PROXY
        try:
            print("environment", self.via())
            client.trust_env = True
            print("environment trusted", self.via())
            os.environ["NO_PROXY"] = os.environ["no_proxy"] = "localhost,127.0.0.1"
            print("but not for this host", self.via())
            del os.environ["NO_PROXY"], os.environ["no_proxy"]
            print("keyword", client.get("/hello", proxies={"http": REFUSED}, name="keyword").status_code)
        finally:
            client.trust_env = False
            del os.environ["HTTP_PROXY"], os.environ["http_proxy"]
        print(self.via())
