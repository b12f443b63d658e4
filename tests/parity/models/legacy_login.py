"""Users that log in with shared credentials, keep their cookies and name their pages; constructors of 0.x."""

from legacy_tools import finish_after

from locust import HttpLocust, TaskSet, task

CREDENTIALS = ["u1", "u2", "u3"]


def logout(l):  # noqa: E741
    l.client.get("/cookies/delete?session", name="logout")


class Account(TaskSet):
    def __init__(self, parent):
        super(Account, self).__init__(parent)
        self.visits = 0

    def on_start(self):
        self.user_name = CREDENTIALS.pop()
        with self.client.post(
            "/login",
            {"user": self.user_name, "password": "wrong"},
            name="/login (wrong)",
            catch_response=True,
        ) as response:
            if response.status_code == 401:
                response.success()
        answer = self.client.post("/login", {"user": self.user_name, "password": "secret"})
        self.locust.token = answer.cookies["session"]
        self.client.headers.update({"X-Token": self.locust.token})

    @task(3)
    def own_page(self):
        me = self.client.get("/me").json()["user"]
        assert me == self.user_name and self.client.cookies["session"] == self.locust.token
        self.client.get("/item/" + me, name="/item/[user]", params={"page": self.visits})
        if self.visits == 3:
            logout(self)
            self.client.get("/me", name="/me (logged out)")
            finish_after(self.locust, 1)
        self.visits += 1


class Customer(HttpLocust):
    task_set = Account
    min_wait = max_wait = 2

    def __init__(self):
        super(Customer, self).__init__()
        self.token = None
