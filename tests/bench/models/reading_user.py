"""A model that reads what most models read of a response: its status and its JSON body of 200 bytes."""

from locust import HttpUser, task


class Reader(HttpUser):
    @task
    def item(self):
        response = self.client.get("/item.json")
        assert response.status_code == 200
        assert response.json()["id"] == 4711
