"""What a model prints, and what it logs."""

import logging
import sys

from legacy_tools import finish_after

from locust import Locust, TaskSet, task
from locust.log import console_logger

print("at import")
logger = logging.getLogger("shop")


class Tasks(TaskSet):
    @task
    def work(self):
        print("one line")
        print("two words %d" % 2)
        print("two\nlines")
        sys.stdout.write("written\n")
        logger.info("logged")
        console_logger.info("to the console")
        finish_after(self.locust, 2)


class Talker(Locust):
    task_set = Tasks
    min_wait = max_wait = 1
