"""Customers of the web shop: some look around, some buy."""

import random

from common import PRODUCT_IDS, new_account

from locust import HttpUser, TaskSet, between, task


class Customer(HttpUser):
    """Looks at products, and now and then fills a basket and orders."""

    host = "http://127.0.0.1:18080"
    wait_time = between(0.5, 2)

    def on_start(self):
        self.account = new_account()
        self.client.post("/login", json=self.account)

    def on_stop(self):
        self.client.post("/logout")

    @task(5)
    def browse(self):
        page = {"page": random.randint(1, 10)}
        response = self.client.get("/products", params=page, name="/products?page=[n]")
        product = random.choice(response.json()["products"])
        self.client.get(f"/products/{product['id']}", name="/products/[id]")

    @task(1)
    def follow_a_dead_link(self):
        # The shop is right to answer 404: that is no failure.
        with self.client.get("/products/9999", name="/products/[unknown]", catch_response=True) as response:
            if response.status_code == 404:
                response.success()
            else:
                response.failure(f"a product that does not exist was answered with {response.status_code}")

    @task(3)
    class Basket(TaskSet):
        """A visit to the basket, left when something was bought or the customer changed their mind."""

        def on_start(self):
            self.client.delete("/basket")

        @task(4)
        def add_a_product(self):
            self.client.post("/basket", json={"product": random.choice(PRODUCT_IDS)})

        @task(2)
        def look(self):
            self.client.get("/basket")

        @task(2)
        def buy(self):
            self.add_a_product()
            with self.client.post("/orders", catch_response=True) as response:
                if not response.ok:
                    return
                order = response.json()
                if order["user"] != self.user.account["user"]:
                    response.failure(f"the order of {self.user.account['user']} went to {order['user']}")
            self.client.get(f"/orders/{order['id']}", name="/orders/[id]")
            self.interrupt()

        @task(1)
        def change_my_mind(self):
            self.interrupt(reschedule=False)


class Visitor(HttpUser):
    """Never logs in."""

    host = "http://127.0.0.1:18080"
    wait_time = between(1, 3)

    @task
    def home(self):
        response = self.client.get("/")
        assert "Welcome" in response.text
