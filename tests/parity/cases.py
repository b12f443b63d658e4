"""The runs that are compared: the cases of the other modules and those of the foundation."""

from __future__ import annotations

from case import SIGINT, SIGTERM, Case, Counts
from cases_http import HTTP_CASES
from cases_legacy import LEGACY_CASES
from cases_models import MODEL_CASES
from cases_runs import RUN_CASES

CASES: tuple[Case, ...] = (
    *HTTP_CASES,
    *LEGACY_CASES,
    *MODEL_CASES,
    *RUN_CASES,
    # HTTP
    Case("verbs and statuses", "plain_http.py", users=3, ordered=False),
    Case("names", "names.py"),
    Case("redirects", "redirects.py"),
    Case("cookies and login", "cookies_login.py", users=4, ordered=False),
    Case("basic auth", "basic_auth.py"),
    Case("bodies", "bodies.py"),
    Case("the session as such", "session_use.py"),
    Case("own host", "own_host.py", host=False),
    Case("host on the command line wins", "own_host.py"),
    # verdicts and failures
    Case("verdicts", "verdicts.py"),
    Case("time-outs", "timeouts.py"),
    Case(
        "broken servers",
        "broken_servers.py",
        users=2,
        ordered=False,
        skip=frozenset({"server connections"}),  # Locust keeps connections to ten hosts only
    ),
    Case("request event", "request_event.py"),
    Case("custom client", "custom_client.py"),
    # task sets
    Case("nested task sets", "nested_tasksets.py", args=("Member",)),
    Case("nested task sets of several users", "nested_tasksets.py", users=4, ordered=False),
    Case("sequential task set", "sequential.py"),
    Case("functions as tasks", "functions_as_tasks.py", users=4, ordered=False),
    Case("task weights", "task_weights.py", users=3, counts=Counts.CLOSE, tolerance=0.15, ordered=False),
    Case("tags included", "tagged.py", args=("--tags", "read")),
    Case("tags excluded", "tagged.py", args=("--exclude-tags", "read", "set")),
    Case("tags included and excluded", "tagged.py", args=("--tags", "read", "write", "-E", "fast")),
    Case(
        "tags that leave nothing",
        "tagged.py",
        run_time="5",
        args=("--tags", "nowhere"),
        counts=Counts.CLOSE,
        tolerance=0.5,
    ),
    # users
    Case("class weights", "class_weights.py", run_time="5", users=14, rate=14, ordered=False),
    Case("class weights, few users", "class_weights.py", users=3, rate=1, run_time="7"),
    Case("class weights, slow ramp", "class_weights.py", users=6, rate=2.7, run_time="7", ordered=False),
    Case("only fixed counts", "only_fixed.py", run_time="5", users=10, ordered=False),
    Case("chosen classes", "class_weights.py", run_time="5", users=5, args=("Light", "Heavy"), ordered=False),
    Case("unknown class", "class_weights.py", args=("Lihgt",)),
    Case(
        "stopping one user",
        "stop_user.py",
        users=11,
        rate=100,
        ordered=False,
        skip=frozenset({"log"}),  # "All users spawned" counts those who live at that moment
    ),
    Case("rescheduling", "rescheduling.py", users=5, rate=100, ordered=False),
    Case("two classes", "two_classes.py", users=4),
    Case("no tasks", "no_tasks.py", run_time="5", users=2, ordered=False, counts=Counts.CLOSE, tolerance=0),
    Case("no host", "no_host.py", host=False),
    Case("constructor without super", "missing_super.py"),
    Case("pacing", "pacing.py", users=14, rate=100, counts=Counts.CLOSE, tolerance=0.25),
    Case("concurrency inside a model", "concurrency.py", users=5, rate=100, ordered=False),
    # the life of a run
    Case("events of a run", "lifecycle.py", run_time="5"),
    Case("events of a run of several users", "lifecycle.py", users=3, rate=2, run_time="5", ordered=False),
    Case("run ended by the model", "runner_quit.py", run_time="10"),
    Case(
        "end without stop time-out",
        "stop_timeout.py",
        users=4,
        rate=100,
        run_time="4",
        ordered=False,
        skip=frozenset({"csv requests", "csv form"}),
    ),
    Case(
        "end with stop time-out",
        "stop_timeout.py",
        users=4,
        rate=100,
        run_time="4",
        args=("--stop-timeout", "6"),
        ordered=False,
        skip=frozenset({"csv requests", "csv form"}),
    ),
    Case("statistics reset after the ramp", "reset_stats.py", users=2, rate=1, args=("--reset-stats",)),
    Case("statistics kept after the ramp", "reset_stats.py", users=2, rate=1),
    Case("a model's output", "printing.py"),
    Case("SIGTERM", "steady.py", users=2, run_time=None, signal=SIGTERM, counts=Counts.CLOSE, tolerance=0.5),
    Case("SIGINT", "steady.py", users=2, run_time=None, signal=SIGINT, counts=Counts.CLOSE, tolerance=0.5),
    # exit codes
    Case("exit code from a listener", "exit_code.py"),
    Case("exit code that pardons", "pardoned_exit.py"),
    Case("--exit-code-on-error", "raising_tasks.py", args=("Nested", "--exit-code-on-error", "5")),
    Case("--exit-code-on-error 0", "verdicts.py", args=("--exit-code-on-error", "0")),
    # exceptions
    Case("exceptions in tasks", "raising_tasks.py", users=2, ordered=False),
    Case("exceptions in on_start", "raising_on_start.py", users=3, ordered=False),
    Case("exceptions in on_stop", "raising_on_stop.py", run_time="5", users=3, rate=100, ordered=False),
    Case("exceptions in a request listener", "raising_listener.py"),
    Case("exceptions in test_start and test_stop", "raising_test_start.py"),
    Case("exceptions in init", "raising_init.py"),
    Case("flow exceptions in a listener", "listener_control.py"),
    Case("sys.exit in a task", "sys_exit_task.py"),
    Case("sys.exit in a listener", "sys_exit_listener.py"),
)
