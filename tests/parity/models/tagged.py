"""Tags on tasks, on TaskSets and inside them; the suite runs it with different filters."""

from parity_tools import finish_after

from locust import HttpUser, TaskSet, constant, tag, task


class Tagged(HttpUser):
    wait_time = constant(0.3)

    def on_start(self):
        self.client.get("/hello", name="on_start " + " ".join(sorted(names_of(self.tasks))))

    @tag("read", "fast")
    @task
    def read(self):
        self.client.get("/item/1", name="read or write")
        finish_after(self, 4)

    @tag("write")
    @task
    def write(self):
        self.client.get("/item/1", name="read or write")
        finish_after(self, 4)

    @task
    def plain(self):
        self.client.get("/item/1", name="read or write")
        finish_after(self, 4)

    @tag("set")
    @task
    class Whole(TaskSet):
        @task
        def in_whole(self):
            self.interrupt(reschedule=False)

    @task
    class Parts(TaskSet):
        @tag("read")
        @task
        def reading_part(self):
            self.interrupt(reschedule=False)

        @task
        def plain_part(self):
            self.interrupt(reschedule=False)


def names_of(tasks):
    for item in tasks:
        if isinstance(item, type):
            yield f"{item.__name__}({','.join(sorted(names_of(item.tasks)))})"
        else:
            yield item.__name__
