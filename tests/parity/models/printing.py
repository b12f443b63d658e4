"""A model's own output: print goes to stdout and nothing else does."""

import logging
import sys

from parity_tools import finish_after

from locust import HttpUser, constant, events, task

print("imported as", __name__ != "__main__")


@events.init.add_listener
def init(environment, **kwargs):
    options = environment.parsed_options
    print("init", options.num_users, options.spawn_rate, options.headless, options.host == environment.host)


class Chatty(HttpUser):
    wait_time = constant(0.01)

    @task
    def talk(self):
        response = self.client.get("/json")
        print("got", response.json()["name"], response.status_code)
        logging.info("a line of the model's own")
        logging.getLogger("model").warning("a warning of the model's own")
        sys.stdout.write("written\n")
        finish_after(self, 3)


@events.quitting.add_listener
def quitting(environment, **kwargs):
    stats = environment.stats
    entry = stats.get("/json", "GET")
    print("entry", entry.num_requests, entry.num_failures, entry.name, entry.method, entry.avg_content_length)
    print("keys", sorted(stats.entries))
    print("errors", len(stats.errors))
