"""HTTPS: verified or not, by an own authority, with a client's certificate, on requests and on the session."""

import os
import ssl
import tempfile
import warnings

import requests
import urllib3
from parity_tools import attempt, certificate, port, run_each

from locust import HttpUser, constant, task

urllib3.disable_warnings()
urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
warnings.filterwarnings("ignore", message="Unverified HTTPS request")

TLS = f"https://127.0.0.1:{port('tls')}"
PLAIN = os.environ["PARITY_HOST"]
MUTUAL = f"https://127.0.0.1:{port('mutual_tls')}"


def split(folder):
    """The certificate and its key as two files."""
    with open(certificate()) as file:
        key, mark, rest = file.read().partition("-----BEGIN CERTIFICATE-----")
    paths = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    for path, text in zip(paths, (mark + rest, key), strict=True):
        with open(path, "w") as file:
            file.write(text)
    return paths


class Careful(HttpUser):
    host = TLS
    wait_time = constant(0)

    def on_start(self):
        self.folder = tempfile.TemporaryDirectory()
        self.pair = split(self.folder.name)

    def on_stop(self):
        self.folder.cleanup()

    def show(self, label, response):
        print(label, response.status_code, type(response.error).__name__ if response.status_code == 0 else "")

    @task
    def work(self):
        run_each(self.verify, self.show_certificate, rounds=2)

    def verify(self):
        get = self.client.get
        self.show("unknown authority", get("/hello", name="unknown authority"))
        self.show("unverified", get("/hello", verify=False, name="unverified"))
        self.show("own authority", get("/hello", verify=certificate(), name="own authority"))
        self.show("again", get("/json", verify=certificate(), name="again"))
        self.show("unknown again", get("/hello", name="unknown authority"))
        self.show(
            "localhost",
            get(TLS.replace("127.0.0.1", "localhost") + "/hello", verify=certificate(), name="localhost"),
        )
        other = f"https://127.0.0.1:{port('misnamed_tls')}/hello"
        self.show("another name", get(other, verify=certificate("misnamed"), name="another name"))
        self.show("another, unverified", get(other, verify=False, name="another, unverified"))
        attempt(
            "no such file", lambda: get("/hello", verify="/no/such/file.pem", name="no such file").status_code
        )
        with get("/hello", catch_response=True, name="pardoned") as response:
            response.success()
        response = get("/echo", verify=False, name="echo")
        print(response.url, response.json()["headers"].keys() >= {"accept"}, response.raw.version)
        self.client.verify = False
        self.show("session unverified", get("/hello", name="session unverified"))
        self.show("keyword over session", get("/hello", verify=certificate(), name="keyword over session"))
        self.client.verify = certificate()
        self.show("session authority", get("/hello", name="session authority"))
        self.show("streamed", get("/bytes/100", stream=True, name="streamed"))
        self.client.verify = True
        self.show("verified again", get("/hello", name="verified again"))
        self.show("plain on TLS", get(TLS.replace("https", "http") + "/hello", name="plain on TLS"))
        self.show(
            "TLS on plain",
            get(PLAIN.replace("http", "https") + "/hello", name="TLS on plain"),
        )
        self.show("redirected", get(f"/redirect-to?url={TLS}/hello", verify=certificate(), name="redirected"))
        print(requests.get(TLS + "/hello", verify=False, timeout=5).status_code)

    def show_certificate(self):
        client = self.client
        get = client.get
        self.show("no certificate", get(MUTUAL + "/hello", verify=certificate(), name="no certificate"))
        self.show("one file", get(MUTUAL + "/hello", verify=False, cert=certificate(), name="one file"))
        self.show("two files", get(MUTUAL + "/hello", verify=certificate(), cert=self.pair, name="two files"))
        attempt(
            "missing",
            lambda: get(MUTUAL + "/hello", verify=False, cert="/no/such.pem", name="missing").status_code,
        )
        client.cert = self.pair
        client.verify = certificate()
        self.show("of the session", get(MUTUAL + "/hello", name="of the session"))
        self.show("streamed", get(MUTUAL + "/lines/2", stream=True, name="streamed with it"))
        client.cert, client.verify = None, True
        print(ssl.create_default_context().check_hostname)
