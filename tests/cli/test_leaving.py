"""The end of the process while models still have threads."""

import signal
import time
from pathlib import Path

import pytest
from running import RunNest, StartNest

MODEL = """
import atexit, threading, time
from concurrent.futures import ThreadPoolExecutor
from locust import User, constant, task

atexit.register(lambda: print("atexit"))
pool = ThreadPoolExecutor()
pool.submit(time.sleep, 0)

def work():
    while True:
        time.sleep(0.2)
        if not alive:
            break
    time.sleep(0.5)
    print("results are written")

alive = [1]
threading.Thread(target=work, name="writer").start()

class Short(User):
    @task
    def end(self):
        if {ends}:
            alive.clear()
        self.environment.runner.quit()
"""


def test_threads_that_are_no_daemons_finish_their_work(nest: RunNest, tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text(MODEL.replace("{ends}", "True"))
    result = nest("-f", "m.py", "--headless")
    assert (result.returncode, result.stdout) == (0, "results are written\natexit\n")
    assert "waiting" not in result.stderr


@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM])
def test_a_thread_without_end_is_named_and_a_signal_abandons_it(
    start_nest: StartNest, tmp_path: Path, second: signal.Signals
) -> None:
    (tmp_path / "m.py").write_text(MODEL.replace("{ends}", "False"))
    process = start_nest("-f", "m.py", "--headless")
    deadline = time.monotonic() + 60
    assert process.stderr is not None
    for line in process.stderr:
        assert time.monotonic() < deadline
        if line.startswith("locust-nest: the test is over; waiting for the models' threads writer"):
            break
    process.send_signal(second)
    assert process.wait(20) == (0 if second == signal.SIGINT else -signal.SIGTERM)
