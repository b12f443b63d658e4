from parity_tools import finish_after, step

from locust import HttpUser, constant, task


class Visitor(HttpUser):
    abstract = True
    wait_time = constant(0.01)
    path = "/hello"

    def on_start(self):
        step(type(self).__name__, f"from {type(self).__module__}")

    @task
    def visit(self):
        self.client.get(self.path, name=type(self).__name__)
        finish_after(self, 3)
