"""gevent, threads and queues in a model: everything that blocks must let the other users run."""

import queue
import threading
import time

import gevent
from gevent.lock import BoundedSemaphore
from gevent.pool import Pool
from parity_tools import finish_after, trace

from locust import HttpUser, constant, events, task

credentials = queue.Queue()
for number in range(5):
    credentials.put(f"credential {number}")
rendezvous = BoundedSemaphore()
rendezvous.acquire()


@events.spawning_complete.add_listener
def release(**kwargs):
    rendezvous.release()


class Parallel(HttpUser):
    wait_time = constant(0)

    def on_start(self):
        self.credential = credentials.get()
        rendezvous.wait()

    def fetch(self, number):
        return self.client.get("/slow?ms=400", name=f"fetch {number % 2}").status_code

    @task
    def work(self):
        begun = time.monotonic()
        pool = Pool(4)
        statuses = pool.map(self.fetch, range(4))
        jobs = [gevent.spawn(self.fetch, number) for number in range(4)]
        gevent.joinall(jobs)
        statuses += [job.value for job in jobs]
        thread = threading.Thread(target=lambda: statuses.append(self.fetch(8)))
        thread.start()
        thread.join()
        time.sleep(0.05)
        with gevent.Timeout(0.2, False):
            self.client.get("/slow?ms=3000", name="cut short")
            trace("a gevent.Timeout did not strike")
        if time.monotonic() - begun > 2.5:
            trace("requests did not run side by side")
        print(statuses)
        finish_after(self, 1)
