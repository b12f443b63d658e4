"""stream=True: read in every way, partly, not at all; server-sent events as clients of language models read them."""

import json
import time

from parity_tools import attempt, fault, run_each

from locust import HttpUser, constant, events, task


class Streamer(HttpUser):
    wait_time = constant(0)

    @task
    def work(self):
        run_each(self.read, self.judge, rounds=2)

    def read(self):
        get = self.client.get
        response = get("/lines/5", stream=True, name="lines")
        print(list(response.iter_lines()), response.headers.get("transfer-encoding"), response.encoding)
        print(list(get("/lines/3", stream=True, name="text lines").iter_lines(decode_unicode=True)))
        print(list(get("/lines/3", stream=True, name="by mark").iter_lines(delimiter=b"line ", chunk_size=4)))
        response = get("/bytes/10000", stream=True, name="pieces")
        print(
            [len(piece) for piece in response.iter_content(chunk_size=4096)],
            response.headers["content-length"],
        )
        print(
            sum(
                len(piece)
                for piece in get("/chunked/500", stream=True, name="as it comes").iter_content(None)
            )
        )
        print([len(piece) for piece in get("/bytes/3", stream=True, name="single bytes").iter_content()])
        print("".join(get("/utf8", stream=True, name="decoded").iter_content(2, decode_unicode=True)))
        response = get("/json", stream=True, name="json")
        print(response.json()["id"], response.text[:10], len(response.content))
        print([len(piece) for piece in response.iter_content(20)])
        response = get("/gzip", stream=True, name="gzip")
        print(json.loads(b"".join(response.iter_content(64)))["gzipped"])
        response = get("/gzip", stream=True, name="raw gzip")
        print(response.raw.read(2), response.raw.status, response.raw.headers["Content-Encoding"])
        response.close()
        response = get("/hello", stream=True, name="raw")
        print(
            response.raw.read(5), response.raw.read(), response.raw.read(), response.raw.headers.get("server")
        )
        response = get("/gzip", stream=True, name="decoded raw")
        print(len(response.raw.read(decode_content=True)))
        response = get("/bytes/100000", stream=True, name="closed early")
        print(len(next(response.iter_content(1000))))
        response.close()
        get("/bytes/100000", stream=True, name="never read").close()
        response = get("/status/404", stream=True, name="a 404")
        print(response.status_code, response.ok, response.content)
        response = get("/redirect/1", stream=True, name="redirected")
        print(response.url, [step.status_code for step in response.history], response.content)
        response = get("/hello", stream=True, name="consumed")
        list(response.iter_content(4))
        attempt("consumed", lambda: response.content)
        attempt("consumed text", lambda: response.text)
        attempt("piece of one and a half", lambda: list(get("/hello", stream=True).iter_content(1.5)))

    def judge(self):
        get = self.client.get
        with get("/events/3", stream=True, catch_response=True, name="events") as response:
            tokens, begun = [], time.time()
            for line in response.iter_lines():
                text = line.decode()
                if text.startswith("data: ") and not text.endswith("[DONE]"):
                    tokens.append(json.loads(text[6:])["n"])
                    if len(tokens) == 1:
                        first = (time.time() - begun) * 1000
            events.request.fire(
                request_type="TTFT",
                name="first token",
                response_time=first,
                response_length=0,
                exception=None,
            )
            print(tokens, response.headers["Content-Type"])
            if len(tokens) != 3:
                response.failure("tokens are missing")
        with get("/bytes/100", stream=True, catch_response=True, name="length announced") as response:
            print(response.request_meta["response_length"])
            response.request_meta["response_length"] = len(response.content) * 2
        with get("/chunked/100", stream=True, catch_response=True, name="length unknown") as response:
            print(response.request_meta["response_length"])
        with get("/status/500", stream=True, catch_response=True, name="failed") as response:
            pass
        response = self.client.post("/echo", json={"stream": True}, stream=True, name="posted")
        print(json.loads(b"".join(response.iter_content(16)))["body"])
        self.client.stream = True
        response = get("/chunked/50", name="stream of the session")
        print(response.raw.read(3), len(response.content))
        self.client.stream = False


class Unlucky(HttpUser):
    wait_time = constant(0)

    @task
    def work(self):
        run_each(self.suffer)

    def suffer(self):
        get = self.client.get
        for kind in ("refuse", "reset_after_request", "close_without_response", "garbage"):
            response = get(fault(kind) + "/", stream=True, name=kind)
            print(kind, response.status_code, type(response.error).__name__)
        for kind in ("truncated_body", "truncated_chunks", "reset_in_body"):
            response = get(fault(kind) + "/", stream=True, name=kind)
            print(kind, response.status_code)
            try:
                print(b"".join(response.iter_content(4)))
            except Exception as error:
                print(f"{kind} raises {type(error).__name__}")
        attempt(
            "silent",
            lambda: get(fault("silent") + "/", stream=True, timeout=0.2, name="silent").error is None,
        )
        response = get(fault("silent_in_body") + "/", stream=True, timeout=0.2, name="silent in body")
        print(response.status_code)
        attempt("silent in body", lambda: response.content)
        print(get(fault("slow_drip") + "/", stream=True, name="drip").content)
        with get(fault("truncated_body") + "/", stream=True, catch_response=True, name="judged") as response:
            try:
                print(len(response.content))
            except Exception as error:
                response.failure(error)
