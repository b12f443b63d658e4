"""Users, task sets and tasks, and what models do besides HTTP."""

from __future__ import annotations

from case import Case

MODEL_CASES: tuple[Case, ...] = (
    Case("sequences", "sequences.py", users=9, rate=100, ordered=False),
    Case("markov chains", "markov.py", users=6, rate=100, ordered=False),
    Case("test functions as users", "pytest_functions.py", users=3, ordered=False),
    Case("tasks in every form", "task_forms.py", users=20, rate=100, ordered=False),
    Case("mixins and bases", "mixins.py", users=6, rate=100, ordered=False),
    Case("constructors", "constructors.py", users=16, rate=100, ordered=False),
    Case("overridden steps", "overridden_steps.py", users=15, rate=100, ordered=False),
    Case("forms of wait_time", "wait_forms.py", users=18, rate=100, ordered=False),
    Case("tasks of odd kinds", "odd_tasks.py", users=10, rate=100, ordered=False),
    # what models do besides HTTP
    Case("tools of gevent", "gevent_tools.py", users=11, rate=100, ordered=False),
    Case(
        "calls that block",
        "blocking_calls.py",
        users=10,
        rate=100,
        ordered=False,
        skip=frozenset({"server connections"}),  # how many threads' requests overlap
    ),
    Case("state that users share", "shared_state.py", users=12, rate=100, ordered=False),
    Case("client of another protocol", "xmlrpc_client.py"),
    Case("times measured by the model", "stopwatch.py"),
    Case("what a model does at import", "import_time.py"),
    # what is hard to report
    Case("exceptions of strange kinds", "strange_exceptions.py"),
    Case("strange names", "strange_names.py"),
    # the end of a run
    Case("work that outlasts the test", "background.py"),
    Case("SIGINT from a task", "signals_itself.py", environment=(("OWN_SIGNAL", "SIGINT"),)),
    Case("SIGTERM from a task", "signals_itself.py", environment=(("OWN_SIGNAL", "SIGTERM"),)),
    Case(
        "ends of nested task sets",
        "ends_of_tasksets.py",
        users=4,
        rate=100,
        run_time="4",
        ordered=False,
        skip=frozenset({"csv requests", "csv form"}),
    ),
    Case(
        "ends of nested task sets, with time to stop",
        "ends_of_tasksets.py",
        users=4,
        rate=100,
        run_time="4",
        args=("--stop-timeout", "1"),
        ordered=False,
        skip=frozenset({"csv requests", "csv form"}),
    ),
    Case("end at a threshold", "threshold.py"),
    # events
    Case("the event of an error", "user_errors.py", users=6, rate=100, ordered=False),
    Case("events that models fire", "fired_events.py"),
    Case("a listener for every event", "all_listeners.py"),
    Case("run ended by a listener", "quit_in_listener.py"),
    # shapes
    Case("shape of pairs", "shape_stairs.py", ordered=False),
    Case("shape that chooses classes", "shape_classes.py", ordered=False),
    Case("shape that uses the options", "shape_options.py", users=2),
    Case("several shapes", "shape_several.py", ordered=False),
    Case("shape that waits for its users", "shape_waiting.py"),
    Case("shape that raises", "shape_raising.py", run_time="5"),
)
