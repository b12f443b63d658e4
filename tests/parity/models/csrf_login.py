"""Logins behind CSRF tokens in cookies, hidden fields and headers, and what a server may write into Set-Cookie."""

import re
from urllib.parse import urlencode

from parity_tools import attempt, run_each

from locust import HttpUser, constant, task

COOKIES = (
    "csrftoken=abc123; Path=/; SameSite=Lax; Max-Age=31449600",
    "sid=x; HttpOnly; Path=/",
    'quoted="a value"; Path=/',
    "spaced = a b c ; path = /",
    "equal=a=b==; Path=/",
    "elsewhere=1; Path=/admin",
    "secure=1; Secure",
    "host=1; Domain=127.0.0.1",
    "other=1; Domain=example.com",
    "empty=; Path=/",
    "valueless",
    "=nameless",
    "late=1; expires=Wed, 21 Oct 2099 07:28:00 GMT",
    "dashed=1; expires=Wed, 21-Oct-2099 07:28:00 GMT",
    "gone=1; expires=Wed, 21 Oct 2015 07:28:00 GMT",
    "negative=1; Max-Age=-1",
    "both=1; max-age=100; expires=Wed, 21 Oct 2015 07:28:00 GMT",
    "ageless=1; Max-Age=abc",
    "garbage=1; expires=garbage",
    "UPPER=1; PATH=/; SECURE; HTTPONLY",
    "noslash=1; Path=noslash",
    "nowhere=1; Domain=",
    "dotted=1; Domain=.127.0.0.1",
    'versioned=1; Version=1; Comment=hello; Port="80"',
    "comma=a,b,c=d",
    "percent=%20+%41",
    'open="unterminated',
)


def answer(status: int = 200, body: str = "", **headers: str | tuple[str, ...]) -> str:
    """The path of a page that answers so."""
    pairs = [("status", str(status)), ("body", body)]
    for name, values in headers.items():
        for value in (values,) if isinstance(values, str) else values:
            pairs.append(("h", f"{name.replace('_', '-')}:{value}"))
    return "/answer?" + urlencode(pairs)


class Customer(HttpUser):
    wait_time = constant(0)

    @task
    def work(self):
        run_each(self.open_the_page, self.log_in, self.redirects, self.bearer, rounds=2)

    def echoed(self, response):
        seen = response.json()
        usual = ("host", "user-agent", "accept-encoding")
        headers = sorted((name, value) for name, value in seen["headers"].items() if name not in usual)
        return seen["method"], seen["target"], seen["body"], headers

    def open_the_page(self):
        page = answer(body='<input name="csrf" value="tok/+=1">', Set_Cookie=COOKIES)
        response = self.client.get(page, name="login page")
        for cookie in self.client.cookies:
            lasts = cookie.expires is not None and cookie.expires > 4e9
            print(cookie.name, cookie.value, cookie.domain, cookie.path, cookie.secure, lasts, cookie.discard)
            print(cookie.version, cookie.port, cookie.comment, cookie.domain_specified, cookie._rest)
        print(sorted(response.cookies.get_dict().items(), key=repr))
        print(response.raw.headers.getlist("set-cookie") == list(COOKIES), response.headers["set-cookie"])
        self.csrf = response.cookies["csrftoken"]
        self.token = re.search('name="csrf" value="(.+?)"', response.text)[1]

    def log_in(self):
        form = {"user": "ann", "password": "p&ss w=rd", "csrf": self.token, "keep": True, "none": None}
        headers = {"X-CSRFToken": self.csrf, "Referer": self.host + "/login"}
        response = self.client.post("/echo", data=form, headers=headers)
        print(self.echoed(response), response.request.body, response.request.headers["Cookie"])

    def redirects(self):
        for status in (301, 302, 303, 307, 308):
            page = answer(status, "moved", Location=f"/echo?from={status}", Set_Cookie=f"r{status}=1; Path=/")
            response = self.client.post(page, data=[("a", "1"), ("a", "2")], name=f"after {status}")
            print(self.echoed(response), response.cookies.get_dict())
            for step in response.history:
                print(step.status_code, step.request.method, step.cookies.get_dict(), step.text)
        response = self.client.post(
            answer(302, Location="/echo"), json={"a": 1}, allow_redirects=False, name="not followed"
        )
        following = response.next
        print(following.method, following.body, following.headers.get("content-type"), response.is_redirect)
        print(self.echoed(self.client.send(following)))

    def bearer(self):
        client = self.client
        client.headers["Authorization"] = "Bearer t0k"
        client.headers.update({"X-A": "1", "x-a": "2"})
        print(self.echoed(client.get("/echo", headers={"X-A": None, "authorization": "other"})))
        print(self.echoed(client.get("/echo", auth=("u", "p"))))
        for value in (1, ["a"], "a\nb", " first", "last ", "", "ü", b"bytes"):
            attempt(
                f"header {value!r}",
                lambda value=value: self.echoed(
                    client.get("/echo", headers={"X-Value": value}, name="value")
                ),
            )
        del client.headers["authorization"], client.headers["x-a"]
        client.auth, client.params = ("ann", "secret"), {"key": "v", "none": None}
        print(self.echoed(client.get("/echo?x=1#part", params={"p": ["1", 2], "key": None})))
        print(self.echoed(client.get("/echo", params=[("a", "b"), ("a", None)])))
        client.auth, client.params = None, {}
        client.cookies.clear()
