#include "cli/example_project.h"

namespace nest::cli {

namespace {

constexpr const char* kModel =
    R"py("""Visitors of a small web shop. An ordinary Locust model: `locust -f models/example.py` runs it too."""

import random

from locust import HttpUser, between, task


class Visitor(HttpUser):
    # --host on the command line wins over this.
    host = "http://127.0.0.1:18099"
    # Seconds of thinking after each task.
    wait_time = between(0.2, 1)

    def on_start(self):
        """Once for each user, before its first task."""
        self.client.get("/")

    @task(3)
    def look_at_a_product(self):
        # One name for all products, or each of them would get a row of its own in the statistics.
        self.client.get(f"/products/{random.randint(1, 50)}", name="/products/[id]")

    @task
    def order(self):
        order = {"product": random.randint(1, 50), "amount": 1}
        # catch_response: the model decides what is a failure.
        with self.client.post("/orders", json=order, catch_response=True) as response:
            if response.status_code != 201:
                response.failure(f"the order was answered with {response.status_code}")
)py";

constexpr const char* kTaskSet =
    R"py("""A TaskSet that belongs to no user class: with -T, it becomes a weighted task of one common user."""

import random

from locust import TaskSet, between, task


class ReadReviews(TaskSet):
    wait_time = between(0.2, 1)

    @task(3)
    def read(self):
        self.client.get(f"/products/{random.randint(1, 50)}/reviews", name="/products/[id]/reviews")

    @task
    def write(self):
        self.client.post("/reviews", json={"stars": random.randint(1, 5)})
)py";

constexpr const char* kConfig = R"json({
  "locusts": {
    "Visitor": 3
  },
  "tasksets": {
    "ReadReviews": 1
  },
  "dependencies": [
    {
      "name": "shop",
      "command": ["python3", "example_server.py"],
      "ready": {"http": "http://127.0.0.1:18099/"},
      "timeout": 10
    }
  ]
}
)json";

constexpr const char* kServer =
    R"py("""Something to test: answers every GET with 200 and every POST with 201. Needs only Python 3.

config.json lists it as a dependency, so locust-nest starts it before the run and stops it afterwards.
"""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Shop(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections open
    disable_nagle_algorithm = True

    def do_GET(self):
        self.answer(200)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(201)

    def answer(self, status):
        body = json.dumps({"path": self.path}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


ThreadingHTTPServer(("127.0.0.1", 18099), Shop).serve_forever()
)py";

constexpr const char* kReadme = R"md(# A load test

Run it with 10 users for 15 seconds:

    locust-nest --headless -T -u 10 -r 5 -t 15s -H http://127.0.0.1:18099

| file | what it is |
|---|---|
| `models/example.py` | a user class; every `.py` file below `models/` is run |
| `models/reviews.py` | a TaskSet without a user, run because of `-T` |
| `config.json` | the weight of each class, and helper processes which run during the test |
| `example_server.py` | the service under test of this example, started as such a helper process |

To test your own service, change `host` in `models/example.py` (or pass `-H`) and
remove `dependencies` from `config.json`.

* `locust-nest --configure -T` asks for the weights and saves them.
* A class that `config.json` does not mention has its own `weight`, or 1; a weight of 0 leaves it out.
* Classes of one name in two files are told apart as `"example.py:Visitor": 3`.
* `locust-nest --help` shows all options.
)md";

}  // namespace

const std::vector<ProjectFile>& example_project() {
  static const std::vector<ProjectFile> files{{"models/example.py", kModel},
                                              {"models/reviews.py", kTaskSet},
                                              {"config.json", kConfig},
                                              {"example_server.py", kServer},
                                              {"README.md", kReadme}};
  return files;
}

}  // namespace nest::cli
