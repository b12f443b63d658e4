"""Under which name a request is counted."""

from parity_tools import finish_after

from locust import HttpUser, constant, task


class Namer(HttpUser):
    wait_time = constant(0)

    @task
    def names(self):
        client = self.client
        for number in range(3):
            client.get(f"/item/{number}", name="/item/[id]")
        client.get("/item/1?size=2&size=3")
        client.get("/item/1", params={"q": "a b", "z": "\u00fc"})
        client.get("/item/1?x=1", params={"y": 2})
        client.get("/item/a b")
        client.get("/item/caf\u00e9")
        client.get("/item/x%20y")
        client.get(self.host + "/item/absolute")
        client.get("/item/fragment#part")
        client.get("/item/a,b;c")
        client.get("")
        client.get("/item/empty", name="")
        client.request_name = "by attribute"
        client.get("/item/7")
        client.get("/item/7", name="keyword wins")
        client.request_name = None
        with client.rename_request("renamed"):
            client.get("/item/8")
            client.get("/status/404")
        with client.get("/item/9", catch_response=True) as response:
            response.request_meta["name"] = "through request_meta"
        client.get("/redirect/2", name="redirected")
        client.get("/status/500", name="named failure")
        finish_after(self, 3)
