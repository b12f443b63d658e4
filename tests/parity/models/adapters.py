"""client.mount(): adapters of requests and urllib3's Retry, and adapters of the model's own."""

import io
import ssl

from parity_tools import attempt, fault, run_each
from requests import Response
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.util.retry import Retry

from locust import HttpUser, constant, task


class Signing(HTTPAdapter):
    """Adds something to each request on its way out and to each response on its way in."""

    def add_headers(self, request, **kwargs):
        request.headers["X-Signed"] = "by the adapter"

    def send(self, request, **kwargs):
        response = super().send(request, **kwargs)
        response.headers["X-Passed"] = "the adapter"
        return response


class FromAddress(HTTPAdapter):
    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs, source_address=("127.0.0.1", 0))


class LenientTls(HTTPAdapter):
    def init_poolmanager(self, *args, **kwargs):
        context = ssl.create_default_context()
        context.check_hostname = False
        super().init_poolmanager(*args, **kwargs, ssl_context=context)


class Canned(BaseAdapter):
    """Answers without a server."""

    def send(self, request, stream=False, timeout=None, verify=True, cert=None, proxies=None):
        response = Response()
        response.status_code = int(request.headers.get("X-Status", "202"))
        response.reason = "Canned"
        response.url = request.url
        response.request = request
        response.headers = CaseInsensitiveDict({"Content-Type": "text/plain; charset=utf-8"})
        response.raw = io.BytesIO(b"made up")
        return response

    def close(self):
        print("canned is closed")


class Mounter(HttpUser):
    wait_time = constant(0)

    @task
    def work(self):
        run_each(self.retries, self.own, rounds=2)

    def retries(self):
        client = self.client
        patient = Retry(total=3, backoff_factor=0.01, status_forcelist=[503], allowed_methods=["GET", "PUT"])
        client.mount(self.host + "/flaky", HTTPAdapter(max_retries=patient))
        for page in ("/flaky/2/a", "/flaky/9/b"):
            with client.get(page, catch_response=True) as response:
                print(response.status_code, response.text, type(response.error).__name__)
        print(client.put("/flaky/1/c", data="x").text, client.post("/flaky/1/d", data="x").status_code)
        hopeful = Retry(total=2, backoff_factor=0.01, status_forcelist=(503,), raise_on_status=False)
        client.mount(
            self.host + "/flaky/8", HTTPAdapter(pool_connections=5, pool_maxsize=5, max_retries=hopeful)
        )
        print(client.get("/flaky/8/e").status_code)
        client.mount(fault("refuse"), HTTPAdapter(max_retries=2))
        response = client.get(fault("refuse") + "/", name="refused thrice")
        print(response.status_code, type(response.error).__name__)
        client.mount(fault("reset_after_request"), HTTPAdapter(max_retries=Retry(total=1, backoff_factor=0)))
        client.get(fault("reset_after_request") + "/", name="reset twice")

    def own(self):
        client = self.client
        plain = client.get_adapter(self.host)
        client.mount(self.host + "/echo", Signing())
        response = client.get("/echo", headers={"X-Own": "1"})
        print(response.json()["headers"]["x-signed"], response.headers["x-passed"], response.status_code)
        print(client.post("/echo?other", json=[1]).json()["body"])
        client.mount(self.host + "/item", FromAddress())
        print(client.get("/item/from-address").json()["item"])
        client.mount("https://", LenientTls())
        client.mount("canned://", Canned())
        client.mount(self.host + "/canned", Canned())
        with client.get("/canned/1", headers={"X-Status": "404"}, catch_response=True) as response:
            print(response.status_code, response.text, response.reason, response.ok)
            response.success()
        print(client.post("/canned/2", json={"a": 1}, name="canned post").content)
        client.get("/canned/3", headers={"X-Status": "500"})
        attempt("canned scheme", lambda: client.get("canned://host/x", name="canned scheme").status_code)
        print([prefix.replace(self.host, "") for prefix in client.adapters])
        attempt("no adapter", lambda: client.get_adapter("gopher://x"))
        client.mount(self.host, plain)
        client.close()
        print(client.get("/hello", name="after close").ok)
