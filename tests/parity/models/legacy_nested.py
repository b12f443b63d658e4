"""Task sets within task sets: who is whose parent, both ways to leave, and which on_start and on_stop are called."""

import time

from legacy_tools import trace

from locust import HttpLocust, InterruptTaskSet, TaskSet, task
from locust.exception import RescheduleTask, RescheduleTaskImmediately, StopLocust


class Comments(TaskSet):
    mark = "comments"

    def on_start(self):
        trace("comments.on_start", self.parent.mark, self.parent.parent.mark, self.locust.mark)

    def on_stop(self):
        trace("never: comments.on_stop")

    @task
    def read(self):
        self.client.get("/item/comment", name="comment")
        self.locust.note("read")
        self.interrupt(reschedule=False)


class Article(TaskSet):
    mark = "article"
    turns = 0

    tasks = {Comments: 1}

    def on_start(self):
        trace(
            "article.on_start",
            self.parent.mark,
            self.parent is self.locust.root,
            self.client is self.locust.client,
        )

    def on_stop(self):
        trace("never: article.on_stop")

    def get_next_task(self):
        self.turns += 1
        if self.turns == 3:
            raise InterruptTaskSet()
        return super(Article, self).get_next_task()


class Refused(TaskSet):
    mark = "refused"

    def on_start(self):
        trace("refused.on_start")
        self.interrupt()

    @task
    def never(self):
        trace("never: refused.never")


class Site(TaskSet):
    mark = "site"
    steps = iter(["article", "refused", "again", "later", "article", "end"])

    def on_start(self):
        self.locust.root = self
        trace("site.on_start", self.parent is self.locust)

    def on_stop(self):
        trace("never: site.on_stop")

    def get_next_task(self):
        step = next(self.steps)
        return {"article": Article, "refused": Refused}.get(step, getattr(Site, step, None))

    @task
    def again(self):
        self.locust.note("again")
        raise RescheduleTaskImmediately()

    @task
    def later(self):
        self.locust.note("later")
        raise RescheduleTask()

    @task
    def end(self):
        self.locust.note("end")
        raise StopLocust()


class Reader(HttpLocust):
    task_set = Site
    mark = "reader"
    min_wait = 120
    max_wait = 120
    last = None

    def note(self, what):
        """What happens, and whether there was a wait before it."""
        now = time.time()
        waited = self.last is not None and now - self.last > 0.1
        self.last = now
        trace(what, "after a wait" if waited else "at once")
