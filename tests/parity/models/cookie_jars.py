"""The jar of the session and those of responses: read, set, cleared, by name, domain and path."""

import requests
from parity_tools import attempt, run_each
from requests.cookies import RequestsCookieJar, cookiejar_from_dict, create_cookie

from locust import HttpUser, constant, task


class Baker(HttpUser):
    wait_time = constant(0)

    def sent(self, **keywords):
        return sorted(self.client.get("/cookies", **keywords).json()["cookies"].items())

    @task
    def work(self):
        run_each(self.session_jar, self.keyword_and_responses, rounds=2)

    def session_jar(self):
        client = self.client
        jar = client.cookies
        print(
            type(client.cookies).__mro__[-4:] == RequestsCookieJar.__mro__[-4:],
            isinstance(jar, RequestsCookieJar),
        )
        client.get("/cookies/set?a=1&b=2")
        print(
            jar["a"],
            jar.get("b"),
            jar.get("none"),
            jar.get("none", "default"),
            "a" in jar,
            len(jar),
            bool(jar),
        )
        attempt("missing", lambda: jar["none"])
        print(sorted(jar.keys()), sorted(jar.values()), sorted(jar.items()), dict(jar) == jar.get_dict())
        print(jar.list_domains(), jar.list_paths(), jar.multiple_domains())
        print(
            sorted((cookie.name, cookie.value, cookie.domain, cookie.path, cookie.secure) for cookie in jar)
        )
        jar.set("c", "3")
        jar["d"] = "4"
        jar.update({"e": "5"})
        client.cookies.set("f", "6", domain="127.0.0.1", path="/cookies")
        client.cookies.set("g", "7", domain="elsewhere.test")
        client.cookies.set("h", "8", path="/other")
        jar.set_cookie(create_cookie("i", "9", domain="127.0.0.1"))
        jar.set_cookie(create_cookie("past", "x", expires=1))
        print(self.sent())
        print(
            jar.get_dict(domain="127.0.0.1"),
            jar.get_dict(path="/other"),
            jar.get("g", domain="elsewhere.test"),
        )
        jar.set("a", None)
        del jar["d"]
        jar.clear("elsewhere.test")
        print(self.sent(), len(jar))
        requests.utils.add_dict_to_cookiejar(jar, {"added": "1"})
        print(sorted(requests.utils.dict_from_cookiejar(jar)))
        jar.clear_session_cookies()
        jar.clear()
        print(len(client.cookies), self.sent())
        jar["x"] = "1"
        jar.set("x", "2", domain="127.0.0.1")
        attempt("two of a name", lambda: jar["x"])
        attempt("two of a name", lambda: jar.get("x"))
        client.cookies.clear()
        client.cookies = cookiejar_from_dict({"whole": "jar"})
        print(self.sent(), type(client.cookies).__name__)
        client.cookies = requests.cookies.RequestsCookieJar()
        client.get("/cookies/set?z=26", name="into a new jar")
        print(client.cookies.get_dict(), self.sent())
        client.cookies.clear()

    def keyword_and_responses(self):
        client = self.client
        print(self.sent(cookies={"k": "v"}), self.sent(cookies={"n": "1", "text": "a b;c"}))
        given = RequestsCookieJar()
        given.set("from", "jar")
        print(self.sent(cookies=given), client.cookies.get_dict())
        print(self.sent(headers={"Cookie": "by=header"}))
        client.cookies.set("s", "session")
        print(self.sent(headers={"Cookie": "by=header"}), self.sent(cookies={"s": "keyword"}), self.sent())
        response = client.get("/cookies/set?r=1", allow_redirects=False)
        print(
            response.cookies.get_dict(),
            response.cookies["r"],
            response.cookies.get("s"),
            len(response.cookies),
        )
        print([(cookie.name, cookie.domain, cookie.path) for cookie in response.cookies])
        response = client.get("/cookies/set?t=1", name="followed")
        print(
            response.cookies.get_dict(),
            response.history[0].cookies.get_dict(),
            sorted(client.cookies.get_dict()),
        )
        response = client.post("/login", {"user": "ann", "password": "secret"})
        session = response.cookies["session"]
        print(session, response.headers["set-cookie"], response.cookies.items())
        print(
            client.get("/me", cookies=response.cookies).json(),
            client.get("/me", cookies={"session": session}).ok,
        )
        print(requests.get(self.host + "/me", cookies=response.cookies, timeout=5).json())
        with client.get("/cookies/delete?session", catch_response=True) as response:
            print(response.cookies.get_dict(), "session" in client.cookies)
        client.cookies.clear(domain="127.0.0.1")
        print(sorted(client.cookies.get_dict()))
        client.cookies.update(response.cookies)
        client.cookies = cookiejar_from_dict({"u": "1"}, cookiejar=client.cookies)
        print(self.sent())
        client.cookies.clear()
