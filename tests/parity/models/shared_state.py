"""State that users share: globals, class attributes, queues and iterators of credentials, module constants."""

import csv
import io
import itertools
import queue
import random
from collections import Counter, deque

from parity_tools import step, trace

from locust import HttpUser, User, constant, events, task
from locust.exception import StopUser

counter = 0
statuses = Counter()
CREDENTIALS = list(csv.DictReader(io.StringIO("name,password\nann,a\nbob,b\ncid,c\n")))
numbers = itertools.count(1)
free = queue.Queue()
for entry in CREDENTIALS:
    free.put_nowait(entry)


class Logged(HttpUser):
    """Each user has credentials of its own, taken from a list of the class."""

    fixed_count = 3
    wait_time = constant(0.01)
    credentials = deque(CREDENTIALS)
    finished = []

    def on_start(self):
        self.name, self.password = self.credentials.popleft().values()
        self.client.get("/status/200", name=f"login {self.name}", auth=(self.name, self.password))
        self.rounds = 0

    @task
    def work(self):
        global counter
        counter += 1
        self.rounds += 1
        statuses[self.client.get("/status/404" if self.rounds % 3 == 0 else "/hello").status_code] += 1
        if self.rounds == 6:
            self.finished.append(self.name)
            raise StopUser()


class FromQueue(User):
    fixed_count = 4
    wait_time = constant(0.01)

    @task
    def take(self):
        try:
            entry = free.get(timeout=0.3)
        except queue.Empty:
            step("FromQueue", "nothing left")
            raise StopUser() from None
        step("FromQueue", f"took {entry['name']}")
        entry = None


class Numbered(User):
    fixed_count = 3
    wait_time = constant(0.01)

    def on_start(self):
        self.number = next(numbers)
        self.random = random.Random(self.number)

    @task
    def work(self):
        step("Numbered", f"number {self.number}, {self.random.randint(1, 1000)}")
        raise StopUser()


class OwnMutable(User):
    """A list of the class is shared, one of the constructor is not."""

    fixed_count = 2
    wait_time = constant(0.01)
    shared = []

    def __init__(self, environment):
        super().__init__(environment)
        self.own = []

    @task
    def work(self):
        self.shared.append(1)
        self.own.append(1)
        if len(self.own) == 3:
            raise StopUser()


@events.test_stop.add_listener
def report(environment, **kwargs):
    trace(f"counter {counter}, statuses {sorted(statuses.items())}")
    trace(f"finished {sorted(Logged.finished)}, left {len(Logged.credentials)}")
    trace(f"shared {len(OwnMutable.shared)}")
    environment.counter = counter


@events.quitting.add_listener
def quitting(environment, **kwargs):
    environment.process_exit_code = 0 if environment.counter == 18 else 3
