"""The table of `test_locust_processes.py`: whole runs of Locust and of us that come to the same."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

MODEL = """
from locust import TaskSet, User, constant, events, tag, task

class A(User):
    weight = 3
    wait_time = constant(0.1)
    @tag("x")
    @task(2)
    def t1(self): print("t1", flush=True); self.environment.runner.quit()
    @task
    class Sub(TaskSet):
        @tag("y")
        @task
        def s1(self): print("s1", flush=True); self.user.environment.runner.quit()
        @task(3)
        def s2(self): self.interrupt()

class B(User):
    wait_time = constant(0.1)
    @task
    def t(self): print("t", flush=True); self.environment.runner.quit()
"""
FIXED = MODEL.replace("weight = 3", "fixed_count = 2")
SHOWS = """
from locust import User, constant, events, task
class A(User):
    wait_time = constant(1)
    secret = 1
    @task
    def t(self): pass
    @task
    def u(self): pass
class B(A): pass
@events.init.add_listener
def show(environment, **_):
    for cls in environment.user_classes:
        print(cls.__name__, cls.weight, cls.host, cls.secret, [t.__name__ for t in cls.tasks])
    print(environment.host, environment.profile, environment.reset_stats, environment.stop_timeout)
    print([path.rpartition("/")[2] for path in environment.parsed_locustfiles])
    raise SystemExit(0)
"""
QUITS = """
from locust import User, constant, events, task
class A(User):
    wait_time = constant(1)
    @task
    def t(self):
        {task}
        self.environment.runner.quit()
"""
FAILS = QUITS.format(
    task="self.environment.events.request.fire(request_type='T', name='n', response_time=1, response_length=0, "
    "exception=ValueError('no'), context={})"
)
IDLE = """
from locust import User, constant, task
class A(User):
    pass
    wait_time = constant(1)
    @task
    def t(self): pass
"""
SHAPE = """
from locust import LoadTestShape, User, constant, task
class S(LoadTestShape):
    def tick(self): return (1, 1) if self.get_run_time() < 2 else None
class A(User):
    wait_time = constant(1)
    @task
    def t(self): pass
"""


@dataclass(frozen=True)
class Run:
    """Arguments as a shell has them, for a directory with `files` (text by name)."""

    words: str
    files: Mapping[str, str]
    variables: Mapping[str, str] = field(default_factory=dict)
    # What is not compared, and why.
    stdout_differs: str = ""
    log_differs: str = ""

    @property
    def arguments(self) -> list[str]:
        return shlex.split(self.words)


def locustfile(text: str, **others: str) -> dict[str, str]:
    return {"locustfile.py": text, **{name.replace("__", "."): value for name, value in others.items()}}


SEVERAL = {
    "a.py": MODEL,
    "b.py": MODEL.replace("class A", "class C").replace("class B", "class D"),
    "again.py": "from a import A, B\n",
    "clash.py": MODEL,
    "folder/one.py": MODEL,
    "folder/_two.py": "1/0",
    "empty/notes.txt": "",
}
SAYS_WHY = "we say that the model ended its import"
SHAPES = "we name no page, and no run time that does not count"
ONE_LINE = "we print one line instead of a traceback"
WORDS = "the same in other words"

RUNS = (
    Run("--list", locustfile(MODEL)),
    Run("-l Nobody", locustfile(MODEL)),
    Run("-f a.py,b.py -l", SEVERAL),
    Run("-f a.py,again.py -l", SEVERAL),
    Run("-f 'a.py, b.py' -l", SEVERAL),
    Run("-f a.py,clash.py -l", SEVERAL),
    Run("-f folder -l", SEVERAL),
    Run("-f empty -l", SEVERAL),
    Run("-f missing.py -l", SEVERAL),
    Run("-f folder/none -l", SEVERAL),
    Run("-l", SEVERAL),
    Run("-l", SEVERAL, {"LOCUST_LOCUSTFILE": "b.py"}),
    Run("-l", {**SEVERAL, "locust.conf": "locustfile = b.py\n"}),
    Run("", {**SEVERAL, "pyproject.toml": '[tool.locust]\nlocustfile = "a.py"\nlist = true\n'}),
    Run("-l", locustfile("import nothing_of_the_kind"), log_differs=ONE_LINE),
    Run("-l", locustfile("raise SystemExit(3)"), log_differs=SAYS_WHY),
    Run("-l", locustfile("import sys; sys.exit('no')"), log_differs=SAYS_WHY),
    Run("-f - -l", SEVERAL, log_differs=WORDS),
    Run("--show-task-ratio", locustfile(MODEL)),
    Run("--show-task-ratio A", locustfile(MODEL)),
    Run("--show-task-ratio -u 10", locustfile(FIXED)),
    Run("--show-task-ratio-json", locustfile(FIXED)),
    Run("--show-task-ratio-json -u 7 B", locustfile(MODEL)),
    Run("--show-task-ratio Nobody", locustfile(MODEL)),
    Run("--headless -t 1 --only-summary Nobody", locustfile(MODEL)),
    Run("--headless -t 1 --only-summary A", locustfile(QUITS.format(task="pass"))),
    Run("--headless -t 1 -u 2 -r 100 --only-summary", locustfile(IDLE)),
    Run("--headless -u 2 -r 100 -t 5 --only-summary", locustfile(SHAPE), log_differs=SHAPES),
    Run("--headless -u 1 --only-summary -T y", locustfile(MODEL)),
    Run("--headless -u 1 --only-summary", locustfile(FAILS)),
    Run("--headless -u 1 --only-summary --exit-code-on-error 7", locustfile(FAILS)),
    Run("--headless -u 1 --only-summary --exit-code-on-error 0", locustfile(FAILS)),
    Run(
        "--headless -u 1 --only-summary",
        locustfile(QUITS.format(task="self.environment.process_exit_code = 9")),
    ),
    Run(
        "--headless --logfile run.log --only-summary -t 1",
        locustfile(IDLE),
    ),
    Run(
        "--headless --skip-log-setup --only-summary -t 1",
        locustfile(IDLE),
    ),
    Run("--headless -L WARNING --only-summary -t 1", locustfile(IDLE)),
    Run("--headless -H http://h --profile nightly --reset-stats -s 5", locustfile(SHOWS)),
    Run(
        """--headless --config-users '{"user_class_name": "A", "secret": 2, "tasks": ["u"], "weight": 4}'""",
        locustfile(SHOWS),
    ),
    Run(
        "--headless --config-users users.json",
        locustfile(SHOWS, users__json='[{"user_class_name": "B", "host": "http://b"}]'),
    ),
    Run(
        """--headless --config-users '{"user_class_name": "Nobody"}'""", locustfile(SHOWS), log_differs=WORDS
    ),
    Run("--headless A", locustfile(SHOWS)),
    Run("--headless -f a.py,b.py D", {**SEVERAL, "b.py": SHOWS.replace("class B", "class D")}),
    Run("--headless --csv-full-history", locustfile(MODEL), log_differs=WORDS),
    Run("--headless", locustfile("x = 1"), log_differs=WORDS),
    Run("--headless -u 1 -r 1 -t 1 --only-summary", locustfile(IDLE.replace("pass", "fixed_count = 2", 1))),
    Run(
        "--headless",
        locustfile("from locust import stats\nstats.PERCENTILES_TO_CHART = [2]\n" + MODEL),
    ),
    Run("--headless --usres 1", locustfile(MODEL)),
    Run("--version", locustfile("1/0"), stdout_differs="we name ourselves too"),
)
