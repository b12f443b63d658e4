"""A helper package of the model's."""

import csv

with open("accounts.csv") as file:
    ACCOUNTS = list(csv.DictReader(file))


def log_in(taskset):
    account = ACCOUNTS.pop()
    answer = taskset.client.post("/login", {"user": account["name"], "password": account["password"]})
    return answer.json()["user"]
