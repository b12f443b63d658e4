"""People who look for something: a fixed sequence of steps, and a steady stream of suggestions.

Run a part with `--tags suggest` or `--exclude-tags details`.
"""

import random
from itertools import cycle

from common import EVERYTHING, WORDS, prefixes

from locust import HttpUser, SequentialTaskSet, between, constant_pacing, tag, task


class SearchJourney(SequentialTaskSet):
    """Types a word, looks at a hit, reads what others think of it."""

    @task
    def choose_a_word(self):
        self.word = random.choice(WORDS)
        self.hits = []

    @tag("results")
    @task
    def search(self):
        query = {"q": self.word}
        with self.client.get("/search", params=query, name="/search", catch_response=True) as response:
            self.hits = response.json()["products"]
            if not 0 < len(self.hits) < EVERYTHING:
                response.failure(f"{len(self.hits)} hits for {self.word}")

    @tag("details")
    @task
    def open_a_hit(self):
        if self.hits:
            self.product = random.choice(self.hits)["id"]
            self.client.get(f"/products/{self.product}", name="/products/[id]")

    @tag("details")
    @task
    def read_reviews(self):
        if self.hits:
            self.client.get(f"/products/{self.product}/reviews", name="/products/[id]/reviews")


class Searcher(HttpUser):
    host = "http://127.0.0.1:18080"
    wait_time = between(0.2, 1)
    tasks = [SearchJourney]


class Typist(HttpUser):
    """Asks for suggestions twice a second, however long the answers take."""

    host = "http://127.0.0.1:18080"
    wait_time = constant_pacing(0.5)

    def on_start(self):
        self.typed = cycle(prefixes(random.choice(WORDS)))

    @tag("suggest")
    @task
    def suggest(self):
        self.client.get("/suggest", params={"q": next(self.typed)}, name="/suggest")
