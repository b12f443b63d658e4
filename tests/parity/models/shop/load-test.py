"""A file name that is no identifier, helper modules beside it, a package, data read relative to the folder."""

import csv
import os
import sys
from pathlib import Path

import helpers
from common import config as settings
from common.pages import Catalogue
from helpers import *  # noqa: F403
from parity_tools import finish_after, trace

from locust import HttpUser, constant, task

with open("data/people.csv", newline="") as file:
    PEOPLE = list(csv.DictReader(file))
BESIDE = Path(__file__).parent / "data" / "people.csv"
trace(f"module {__name__}, {os.path.basename(__file__)}, {len(PEOPLE)} people, {BESIDE.exists()}")
trace(f"working directory is the file's {Path.cwd() == Path(__file__).resolve().parent}")
trace(f"{sys.modules[__name__].__name__} {sys.modules[__name__].PEOPLE is PEOPLE}")
trace(f"{settings.NAME} {helpers.greet('you')} {STARRED}")  # noqa: F405


class Person(HttpUser):
    wait_time = constant(0.01)

    def on_start(self):
        self.person = PEOPLE.pop(0)
        trace(f"{self.person['name']} {Person.__module__}")

    @task
    def look(self):
        import late_helper

        trace(f"late import {late_helper.VALUE}")
        self.client.get(f"/item/{self.person['id']}", name="look")
        finish_after(self, 2)


trace(f"{[one.__name__ for one in Catalogue.tasks]} {Catalogue.__module__}")
