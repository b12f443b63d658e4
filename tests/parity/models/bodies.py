"""What a response offers: content in all its forms, and everything requests hangs on it."""

from parity_tools import finish_after

from locust import HttpUser, constant, task


class Reader(HttpUser):
    wait_time = constant(0)

    @task
    def read(self):
        client = self.client
        response = client.get("/json")
        print(
            response.json(), response.text, response.content, response.ok, response.reason, response.encoding
        )
        print(response.headers["content-type"], response.headers.get("SERVER"), "nothing" in response.headers)
        print(response.url.replace(self.host, ""), response.history, response.elapsed.total_seconds() > 0)
        print(response.request.method, response.request.url.replace(self.host, ""), response.request.body)
        print(response.apparent_encoding, response.is_redirect, response.links, bool(response), response.next)
        print(client.get("/latin1").text, client.get("/utf8").text, client.get("/latin1").encoding)
        print(client.get("/gzip").json()["gzipped"], client.get("/gzip").headers.get("content-encoding"))
        print(len(client.get("/chunked/1000").content), len(client.get("/bytes/100000").content))
        response = client.get("/bytes/5000", stream=True, name="streamed")
        print([len(part) for part in response.iter_content(2000)], response.headers["Content-Length"])
        with client.get("/chunked/300", stream=True, catch_response=True, name="streamed chunks") as response:
            print(sum(len(part) for part in response.iter_content(64)))
        response = client.get("/hello", stream=True, name="streamed lines")
        print(list(response.iter_lines()))
        print(client.post("/post", data={"k": ["1", "2"], "e": ""}).json()["fields"])
        print(client.post("/post", data=[("k", "1"), ("k", "2")]).json()["fields"])
        print(client.post("/post", json={"ü": "é"}).json()["fields"])
        print(client.post("/post", json=[]).json()["bytes"], client.post("/post", json=None).json()["bytes"])
        print(client.post("/echo", data="späß".encode()).json()["body"])
        files = {"upload": ("name.txt", b"content of the file", "text/plain")}
        print(client.post("/post", files=files, data={"field": "v"}, name="upload").json()["content_type"])
        print(client.post("/post", data=iter([b"one", b"two"]), name="generated").json()["bytes"])
        print(client.post("/post", name="nothing").json()["bytes"])
        echoed = client.get(
            "/echo", headers={"X-One": "1", "Accept": "text/html", "User-Agent": "model"}
        ).json()
        print(sorted(echoed["headers"]), echoed["headers"]["user-agent"], echoed["headers"]["accept"])
        print(client.get("/status/404", name="a 404").ok, client.get("/status/204").content)
        response = client.get("/status/418", name="teapot")
        try:
            response.raise_for_status()
        except Exception as error:
            print(type(error).__name__, str(error).replace(self.host, ""))
        finish_after(self, 1)
