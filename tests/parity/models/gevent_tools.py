"""gevent's own tools in tasks: events, queues, groups, time-outs, locals, and users that wait for each other."""

import gevent
from gevent.event import AsyncResult, Event
from gevent.local import local
from gevent.lock import RLock, Semaphore
from gevent.pool import Group, Pool
from gevent.queue import JoinableQueue, Queue
from parity_tools import step

from locust import HttpUser, User, constant, events, task
from locust.exception import StopUser

all_spawned = Semaphore()
all_spawned.acquire()


@events.spawning_complete.add_listener
def let_go(**kwargs):
    all_spawned.release()


class Base(User):
    abstract = True
    fixed_count = 1
    wait_time = constant(0.01)

    def on_start(self):
        all_spawned.wait()


class Producer(Base):
    queue = Queue(maxsize=2)

    @task
    def produce(self):
        for number in range(6):
            self.queue.put(number)
        self.queue.put(StopIteration)
        step("Producer", f"all produced, {self.queue.maxsize}")
        raise StopUser()


class Consumer(Base):
    @task
    def consume(self):
        step("Consumer", f"{list(Producer.queue)}")
        raise StopUser()


class Signaller(Base):
    event = Event()
    result = AsyncResult()

    @task
    def signal(self):
        gevent.sleep(0.1)
        self.event.set()
        self.result.set({"token": 1})
        raise StopUser()


class Waiter(Base):
    @task
    def wait_for_it(self):
        step("Waiter", f"{Signaller.event.wait(10)} {Signaller.result.get(timeout=10)}")
        step("Waiter", f"{Event().wait(0.01)}")
        raise StopUser()


class Spawner(HttpUser):
    fixed_count = 1
    wait_time = constant(0.01)

    def fetch(self, number):
        return number, self.client.get(f"/status/{number}", name="spawned").status_code

    def fail(self):
        raise KeyError("in a greenlet of the model")

    @task
    def spawn(self):
        jobs = [gevent.spawn(self.fetch, number) for number in (200, 201, 404)]
        done = gevent.joinall(jobs, timeout=10)
        step("Spawner", f"{sorted(job.value for job in done)} {[job.successful() for job in jobs]}")
        step("Spawner", f"{sorted(Pool(2).imap_unordered(self.fetch, (200, 202)))}")
        step("Spawner", f"{list(Pool(2).imap(self.fetch, (200, 404)))}")
        group = Group()
        group.spawn(self.fetch, 200)
        group.start(gevent.Greenlet(self.fetch, 204))
        group.join()
        job = gevent.spawn(self.fail)
        job.join()
        step("Spawner", f"{job.exception!r} {job.successful()} {job.ready()}")
        late = gevent.spawn_later(30, self.fetch, 200)
        late.kill()
        sleeper = gevent.spawn(gevent.sleep, 30)
        gevent.killall([sleeper])
        step("Spawner", f"{late.dead} {sleeper.dead} {type(sleeper.value).__name__}")
        first = gevent.wait([gevent.spawn(gevent.sleep, 0), gevent.spawn_later(30, self.fetch, 1)], count=1)
        step("Spawner", f"{len(first)}")
        raise StopUser()


class Hurried(HttpUser):
    fixed_count = 1
    wait_time = constant(0.01)

    @task
    def hurry(self):
        with gevent.Timeout(0.1, False):
            gevent.sleep(30)
            step("Hurried", "slept too long")
        try:
            with gevent.Timeout(0.1):
                self.client.get("/slow?ms=5000", name="cut short")
        except gevent.Timeout as timeout:
            step("Hurried", f"{type(timeout).__name__} {timeout.seconds}")
        try:
            gevent.with_timeout(0.1, gevent.sleep, 30)
        except gevent.Timeout:
            step("Hurried", "with_timeout")
        step("Hurried", f"{gevent.with_timeout(0.1, gevent.sleep, 30, timeout_value='none')}")
        with gevent.Timeout(20):
            step("Hurried", f"{self.client.get('/hello', name='in time').status_code}")
        raise StopUser()


class Locals(Base):
    fixed_count = 3
    mine = local()
    lock = RLock()
    inside = 0

    @task
    def keep(self):
        self.mine.user = id(self)
        gevent.sleep(0.02)
        with self.lock, self.lock:
            Locals.inside += 1
            gevent.sleep(0.02)
            alone = Locals.inside == 1
            Locals.inside -= 1
        step(
            "Locals",
            f"own {self.mine.user == id(self)}, alone {alone}, greenlet {gevent.getcurrent() is self.greenlet}",
        )
        raise StopUser()


class Workers(Base):
    @task
    def work(self):
        jobs = JoinableQueue()
        done = []

        def worker():
            for job in jobs:
                done.append(job * 2)
                jobs.task_done()

        workers = [gevent.spawn(worker) for _ in range(3)]
        for job in range(10):
            jobs.put(job)
        jobs.join()
        gevent.killall(workers)
        step("Workers", f"{sorted(done)}")
        raise StopUser()


class Background(Base):
    """A greenlet started by on_start which on_stop ends."""

    def on_start(self):
        super().on_start()
        self.beats = 0
        self.heart = gevent.spawn(self.beat)

    def beat(self):
        while True:
            self.beats += 1
            gevent.sleep(0.01)

    def on_stop(self):
        self.heart.kill()
        step("Background", f"beats {self.beats > 0} {self.heart.dead}")

    @task
    def live(self):
        gevent.sleep(0.3)
        raise StopUser()
