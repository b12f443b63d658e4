"""Keys pressed while a test runs, and that the terminal is put back however the run ends."""

import os
import pty
import select
import signal
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

DEADLINE_S = 60

MODEL = """
from locust import User, constant, task
class A(User):
    wait_time = constant(1)
    @task
    def t(self): pass
"""


class Terminal:
    """A terminal whose shell runs the program."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        program = str(Path(os.environ["LOCUST_NEST_BINARY"]).resolve())
        (folder / "locustfile.py").write_text(MODEL)
        command = " ".join([program, "-f", "locustfile.py", "--headless", "--only-summary", *arguments])
        self.shell, self.descriptor = pty.fork()
        if self.shell == 0:
            os.chdir(folder)
            os.execvp("sh", ["sh", "-c", f"trap : INT; {command}; echo ended $?; cat"])
        self.text = ""

    def read_until(self, wanted: str) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while wanted not in self.text:
            assert time.monotonic() < deadline, f"no {wanted!r} in {self.text!r}"
            if select.select([self.descriptor], [], [], 1)[0]:
                self.text += os.read(self.descriptor, 65536).decode(errors="replace")

    def press(self, key: str, answer: str) -> None:
        self.text = ""
        os.write(self.descriptor, key.encode())
        self.read_until(answer)

    def is_cooked(self) -> bool:
        flags = termios.tcgetattr(self.descriptor)[3]
        return bool(flags & termios.ICANON) and bool(flags & termios.ECHO)

    def wait_until_cooked(self) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not self.is_cooked():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def program(self) -> int:
        children = Path(f"/proc/{self.shell}/task/{self.shell}/children").read_text().split()
        return int(children[0])

    def close(self) -> None:
        os.kill(self.shell, signal.SIGKILL)
        os.waitpid(self.shell, 0)
        os.close(self.descriptor)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path, "-u", "3", "-r", "100")
    yield terminal
    terminal.close()


def test_keys_change_the_number_of_users(terminal: Terminal) -> None:
    terminal.read_until("All users spawned")
    terminal.press("w", "Ramping to 4 users at a rate of 100.00 per second")
    terminal.read_until('All users spawned: {"A": 4} (4 total users)')
    terminal.press("W", 'All users spawned: {"A": 14} (14 total users)')
    terminal.press("s", 'All users spawned: {"A": 13} (13 total users)')
    terminal.press("S", 'All users spawned: {"A": 3} (3 total users)')
    terminal.press("S", "Ramping to 0 users")
    assert not terminal.is_cooked()


def test_keys_are_refused_while_users_are_spawned(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "-u", "1000", "-r", "1")
    try:
        terminal.read_until("Ramping to 1000 users")
        while terminal.is_cooked():
            time.sleep(0.05)
        terminal.press("w", "can't spawn more right now")
        terminal.press("s", "can't stop right now")
    finally:
        terminal.close()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_terminal_is_put_back_however_the_run_ends(terminal: Terminal, ending: signal.Signals) -> None:
    terminal.read_until("All users spawned")
    while terminal.is_cooked():
        time.sleep(0.05)
    os.kill(terminal.program(), ending)
    terminal.read_until("ended")
    terminal.wait_until_cooked()


def test_ctrl_c_is_still_an_interrupt(terminal: Terminal) -> None:
    terminal.read_until("All users spawned")
    terminal.press("\x03", "Shutting down (exit code 0)")
    terminal.read_until("ended 0")
    assert terminal.is_cooked()
