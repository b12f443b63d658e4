"""What is logged at which level, and where to: to be run with --loglevel, --logfile and --skip-log-setup."""

import logging
import re
from pathlib import Path

from parity_tools import finish_after, trace

from locust import User, constant, events, task

RECORD = re.compile(r"^\[[^\]]+\] [^/ ]+/([A-Z]+)/([\w.]+): (.*)$")


class Writer(User):
    wait_time = constant(0.01)

    @task
    def write(self):
        for level in ("debug", "info", "warning", "error", "critical"):
            getattr(logging.getLogger("model"), level)("one %s", level)
        try:
            raise ValueError("logged with its traceback")
        except ValueError:
            logging.exception("exception")
        finish_after(self, 1)


@events.quit.add_listener
def quit_(**kwargs):
    path = Path("logs/run.log")
    if path.exists():
        lines = path.read_text().splitlines()
        records = [match.groups() for line in lines if (match := RECORD.match(line))]
        for record in records:
            trace(f"file: {record[0]} {record[1]}: {record[2].replace('2.47.0', '').split('(')[0]}")
        trace(f"lines that are no records: {len(lines) - len(records) > 0}")
    trace(f"root level {logging.getLogger().level}, locust {logging.getLogger('locust').level}")
