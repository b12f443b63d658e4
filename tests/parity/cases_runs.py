"""A run as a whole: options, files, logging, statistics, and Locust as a library."""

from __future__ import annotations

from case import Case

RUN_CASES: tuple[Case, ...] = (
    # options of the model's own
    Case("options of the model, none given", "own_options.py"),
    Case(
        "options of the model, given",
        "own_options.py",
        args=(
            *("--basket", "5", "--mode=fast", "--verbose-model", "--no-wait", "--token", "secret"),
            *("--colours", "red", "blue", "--label", "one", "--label", "two", "--level", "--level"),
            *("--even", "6", "--ratio", "2", "-q", "7", "--shop-name", "big", "--card"),
        ),
    ),
    Case(
        "options of the model, from the environment",
        "own_options.py",
        args=("--ratio", "3"),
        environment=(("SHOP_BASKET", "8"), ("SHOP_TOKEN", "from outside"), ("SHOP_RATIO", "9")),
    ),
    Case("option of the model, shortened", "own_options.py", args=("--bask", "6")),
    Case("option of the model, out of its choices", "own_options.py", args=("--mode", "medium")),
    Case("option of the model, refused by its type", "own_options.py", args=("--even", "3")),
    Case("unknown option", "own_options.py", args=("--baskets", "3")),
    # where options stand
    Case("configuration files", "", project="configured", plain=True, users=3, ordered=False),
    Case(
        "configuration files, environment, command line",
        "",
        project="configured",
        plain=True,
        args=("-u", "1", "--basket", "13", "--loglevel", "INFO", "--config", "pyproject.toml"),
        environment=(("LOCUST_USERS", "5"), ("SHOP_BASKET", "12"), ("LOCUST_SPAWN_RATE", "20")),
        ordered=False,
    ),
    Case(
        "options from the environment",
        "",
        project="shop",
        plain=True,
        environment=(
            ("LOCUST_LOCUSTFILE", "second.py"),
            ("LOCUST_HEADLESS", "true"),
            ("LOCUST_USERS", "2"),
            ("LOCUST_SPAWN_RATE", "50"),
            ("LOCUST_RUN_TIME", "10s"),
            ("LOCUST_CSV", "out"),
            ("LOCUST_ONLY_SUMMARY", "1"),
            ("LOCUST_LOGLEVEL", "warning"),
            ("LOCUST_HOST", "http://127.0.0.1:1"),
            ("LOCUST_USER_CLASSES", "Second"),
            ("LOCUST_EXIT_CODE_ON_ERROR", "6"),
        ),
        ordered=False,
    ),
    Case("tags by their short option", "tagged.py", args=("-T", "read", "-E", "fast")),
    Case("tags from the environment", "tagged.py", environment=(("LOCUST_TAGS", "[read, set]"),)),
    Case("run time with units", "fixed_and_weights.py", run_time="0m2s", args=("--stop-timeout", "1s")),
    Case("users that are none", "own_options.py", args=("-u", "many")),
    # files
    Case("project", "load-test.py", project="shop"),
    Case("users imported from a package", "entry.py", project="shop", users=3, ordered=False),
    Case("several files", "second.py,third.py", project="shop", users=2, ordered=False),
    Case("several files, one class of them", "second.py,third.py", project="shop", args=("Third",)),
    Case("folder of files", "several", project="shop", users=2, ordered=False),
    Case("two files with one class name", "second.py,twin.py", project="shop"),
    Case("missing file", "absent.py", runs=False),
    Case("file that raises", "raising_import.py"),
    Case("file that exits", "exit_import.py"),
    Case("file without users", "no_users.py"),
    Case("file called locust.py", "locust.py", project="shadowing"),
    # the log
    Case("output and logging at import", "import_effects.py"),
    Case("log level", "log_files.py", args=("-L", "error")),
    Case("log file", "log_files.py", args=("--logfile", "logs/run.log")),
    Case("log file at a level", "log_files.py", args=("--logfile", "logs/run.log", "--loglevel", "CRITICAL")),
    Case("no log set up", "log_files.py", args=("--skip-log-setup",)),
    # statistics
    Case("settings of the statistics", "stats_settings.py"),
    Case("statistics read and changed by the model", "stats_by_model.py"),
    Case(
        "exit code from statistics: few failures",
        "exit_by_stats.py",
        environment=(("SITUATION", "few failures"),),
    ),
    Case(
        "exit code from statistics: percentile",
        "exit_by_stats.py",
        environment=(("SITUATION", "percentile"),),
    ),
    # the runner
    Case("messages of the model", "messages.py"),
    Case("fixed counts and weights of 4", "fixed_and_weights.py", users=4, rate=100, run_time="2"),
    Case("fixed counts and weights of 9", "fixed_and_weights.py", users=9, rate=100, run_time="2"),
    Case("runner led by the model", "runner_by_model.py", users=2, rate=100),
    Case("changes before the test begins", "changed_at_init.py", users=2, ordered=False),
    # reports, and answers instead of a run
    Case("list of users", "class_weights.py", args=("--list",)),
    Case("shares of tasks", "nested_tasksets.py", args=("--show-task-ratio",)),
    Case("shares of tasks as JSON", "nested_tasksets.py", args=("--show-task-ratio-json",)),
    Case("shares of tasks with fixed counts", "fixed_and_weights.py", users=9, args=("--show-task-ratio",)),
    Case("statistics as JSON", "plain_http.py", args=("--json",)),
    Case("statistics in a JSON file", "plain_http.py", args=("--json-file", "report")),
    Case("full history", "plain_http.py", args=("--csv-full-history",)),
    Case("report as a page", "two_classes.py", users=4, args=("--html", "out.html")),
    Case(
        "attributes of users on the command line",
        "configured_users.py",
        users=2,
        args=(
            "--config-users",
            '{"user_class_name": "First", "weight": 3, "colour": "red", "host": "http://first"}',
            '[{"user_class_name": "Second", "fixed_count": 1, "tasks": ["added"]}]',
        ),
        ordered=False,
    ),
    Case("equal weights", "fixed_and_weights.py", users=6, rate=100, run_time="2", args=("--equal-weights",)),
    # as a library
    Case("script with one user", "script_single_user.py", script=True),
    Case("script with an environment", "script_library.py", script=True),
    Case("script with several environments", "script_second_environment.py", script=True),
    Case("script that calls main", "script_main.py", script=True),
)
