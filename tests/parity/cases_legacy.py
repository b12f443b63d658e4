"""Models of the 0.x era, compared with Locust 0.14.6."""

from __future__ import annotations

from case import Case, Counts

LEGACY_CASES: tuple[Case, ...] = (
    Case(
        "legacy http",
        "legacy_http.py",
        legacy=True,
        twin="legacy_http_twin.py",
        users=2,
        rate=2,
        legacy_args=("--no-web", "--clients", "2", "--hatch-rate", "2", "--run-time", "15s"),
        counts=Counts.CLOSE,
        tolerance=0.9,
        ordered=False,
    ),
    Case("legacy sequence", "legacy_sequence.py", legacy=True, twin="legacy_sequence_twin.py"),
    Case("legacy client", "legacy_client.py", legacy=True, twin="legacy_client_twin.py"),
    # what users do
    Case("legacy waits", "legacy_waits.py", legacy=True, users=10, rate=100, ordered=False),
    Case("legacy functions as tasks", "legacy_functions.py", legacy=True, users=5, rate=100, ordered=False),
    Case("legacy nested task sets", "legacy_nested.py", legacy=True),
    Case("legacy scheduled tasks", "legacy_schedule.py", legacy=True),
    Case("legacy sequences", "legacy_sequences.py", legacy=True),
    Case("legacy setup and teardown", "legacy_setup.py", legacy=True, args=("Visitor",)),
    Case("legacy setup that raises", "legacy_setup.py", legacy=True, args=("Unlucky",)),
    Case("legacy weights of classes", "legacy_weights.py", legacy=True, users=8, rate=100, ordered=False),
    Case("legacy rendezvous", "legacy_rendezvous.py", legacy=True, users=3, rate=3),
    Case("legacy control flow", "legacy_flow.py", legacy=True, users=4, rate=100, ordered=False),
    Case("legacy run led by the model", "legacy_leading.py", legacy=True),
    # HTTP
    Case("legacy verdicts", "legacy_verdicts.py", legacy=True),
    Case("legacy failures", "legacy_failures.py", legacy=True),
    Case("legacy login", "legacy_login.py", legacy=True, users=3, rate=100, ordered=False),
    Case("legacy session", "legacy_session.py", legacy=True),
    Case("legacy session of the model's own", "legacy_own_session.py", legacy=True),
    Case("legacy fast client", "legacy_fast.py", legacy=True),
    Case(
        "legacy client of another protocol", "legacy_xmlrpc.py", legacy=True, users=2, rate=100, ordered=False
    ),
    # options
    Case("legacy host of the class", "legacy_options.py", legacy=True, host=False, args=("First",)),
    Case("legacy host of the command line", "legacy_options.py", legacy=True, args=("Second",)),
    Case(
        "legacy options in full",
        "legacy_options.py",
        legacy=True,
        legacy_args=(
            *("--no-web", "--clients=2", "--hatch-rate=50", "--run-time=15", "--no-reset-stats"),
            *("--loglevel=INFO", "--stop-timeout=3"),
        ),
        host=False,
        ordered=False,
    ),
    Case(
        "legacy options in the environment",
        "legacy_options.py",
        legacy=True,
        legacy_args=(),
        environment=(
            ("LOCUST_NO_WEB", "true"),
            ("LOCUST_CLIENTS", "2"),
            ("LOCUST_HATCH_RATE", "50"),
            ("LOCUST_RUN_TIME", "15s"),
            ("LOCUST_RESET_STATS", "true"),
        ),
        ordered=False,
    ),
    Case(
        "legacy project",
        "locustfile.py",
        legacy=True,
        project="legacy_project",
        legacy_args=(),
        host=False,
        ordered=False,
    ),
    # the run
    Case("legacy events", "legacy_events.py", legacy=True),
    Case("legacy introspection", "legacy_introspection.py", legacy=True),
    Case("legacy exceptions", "legacy_exceptions.py", legacy=True, users=6, rate=100, ordered=False),
    Case("legacy ends of users", "legacy_stops.py", legacy=True, users=6, rate=100, ordered=False),
    Case(
        "legacy time limit",
        "legacy_time_limit.py",
        legacy=True,
        users=2,
        rate=100,
        run_time="2",
        ordered=False,
    ),
    Case(
        "legacy stop time-out",
        "legacy_time_limit.py",
        legacy=True,
        users=2,
        rate=100,
        run_time="2",
        args=("--stop-timeout", "4"),
        ordered=False,
    ),
    Case("legacy run ended by the model", "legacy_quit.py", legacy=True, users=3, rate=100, ordered=False),
    Case("legacy output", "legacy_printing.py", legacy=True),
    Case("legacy exit code on error", "legacy_events.py", legacy=True, args=("--exit-code-on-error", "7")),
)
