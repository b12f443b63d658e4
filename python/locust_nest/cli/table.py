"""The one table of all options.

The parser, --help, the environment variables, the keys of configuration files, `locust.argument_parser`,
docs/options.md, the man page and the shells' completion are all made from it.
"""

from __future__ import annotations

from .option import Era, Option, Takes

FLAG = Takes.NOTHING
VALUE = Takes.VALUE
VALUES = Takes.VALUES
WORDS = Takes.WORDS

# In the order of --help.
COMMON = "Common options"
MODELS = "Model directories"
WEB = "Web UI options"
MASTER = "Master options"
WORKER = "Worker options"
TAGS = "Tag options"
STATISTICS = "Request statistics options"
LOGGING = "Logging options"
HTTP = "HTTP options"
OTHER = "Other options"
OLD = "Options of older versions"
GROUPS = (COMMON, MODELS, TAGS, WEB, MASTER, WORKER, STATISTICS, LOGGING, HTTP, OTHER, OLD)

_NO_WEB = "there is no web interface"
_ONE_PROCESS = "a run is one process"

_COMMON = (
    # These two end the parsing.
    Option(("-h", "--help"), COMMON, "Show this help and exit"),
    Option(
        ("-f", "--locustfile"),
        COMMON,
        "The model to run: a .py file, a directory of them or an http(s) URL, or several of these separated by "
        "commas. Default: locustfile.py",
        VALUE,
        "<file>",
        default="locustfile.py",
        environment="LOCUST_LOCUSTFILE",
    ),
    Option(
        ("--config",),
        COMMON,
        "One more configuration file; it goes before ~/.locust.conf, ./locust.conf and ./pyproject.toml",
        VALUE,
        "<file>",
    ),
    Option(
        ("-H", "--host"),
        COMMON,
        "The host to test, e.g. https://www.example.com; goes before the host of every model",
        VALUE,
        "<url>",
        environment="LOCUST_HOST",
    ),
    Option(
        ("-u", "--users"),
        COMMON,
        "How many users run at the peak. Default: 1",
        VALUE,
        "<n>",
        dest="num_users",
        type="user_count",
        environment="LOCUST_USERS",
    ),
    Option(
        ("-r", "--spawn-rate"),
        COMMON,
        "How many users start or stop per second; fractions are allowed. Default: 1",
        VALUE,
        "<rate>",
        type="rate",
        environment="LOCUST_SPAWN_RATE",
    ),
    Option(
        ("-t", "--run-time"),
        COMMON,
        "End the test after this time, e.g. 300, 90s, 20m, 1h30m. Default: run until Ctrl-C",
        VALUE,
        "<time>",
        type="timespan",
        environment="LOCUST_RUN_TIME",
    ),
    Option(
        ("-l", "--list"),
        COMMON,
        "Print the names of the user classes and exit",
        dest="list_commands",
    ),
    Option(
        ("--config-users",),
        COMMON,
        "Attributes to set on user classes, as JSON or as the name of a .json file: an object with "
        "user_class_name beside the attributes, or an array of these. Several may be given",
        WORDS,
        "<json or file>",
        type="user_config",
        environment="LOCUST_CONFIG_USERS",
    ),
)

_MODELS = (
    Option(
        ("-d", "--model-dir", "--model_dir"),
        MODELS,
        "Run all models below this directory, at any depth. May be given several times. Default: models",
        VALUES,
        "<dir>",
        dest="model_dirs",
        type="directory",
        era=Era.OURS,
    ),
    Option(
        ("-T", "--include-tasksets", "--include_tasksets"),
        MODELS,
        "Also run the task sets that belong to no user class, each as a weighted task of one common user. "
        "With -f, -T is the short form of --tags instead",
        era=Era.OURS,
    ),
    Option(
        ("--config-file", "--config_file"),
        MODELS,
        "Weights and helper processes, as JSON. Default: config.json, if there is one",
        VALUE,
        "<file>",
        era=Era.OURS,
    ),
    Option(
        ("--configure",),
        MODELS,
        "Ask for the weight of each class, then offer to save the answers and to run",
        era=Era.OURS,
    ),
    Option(
        ("-y", "--yes"),
        MODELS,
        "Do not ask for confirmation before the run",
        dest="assume_yes",
        era=Era.OURS,
    ),
    Option(("--strict",), MODELS, "Do not run at all if one of the models cannot be imported", era=Era.OURS),
)

_WEB = (
    Option(
        ("--web-host",),
        WEB,
        "The address to listen on. Default: every one",
        VALUE,
        "<ip>",
        default="",
        environment="LOCUST_WEB_HOST",
        missing=_NO_WEB,
    ),
    Option(
        ("--web-host-display-name",),
        WEB,
        "",
        VALUE,
        "<name>",
        environment="LOCUST_WEB_HOST_DISPLAY_NAME",
        missing=_NO_WEB,
    ),
    Option(
        ("--web-port", "-P"),
        WEB,
        "The port to listen on. Default: 8089",
        VALUE,
        "<port>",
        type="int",
        default=8089,
        environment="LOCUST_WEB_PORT",
        missing=_NO_WEB,
    ),
    Option(
        ("--headless",),
        WEB,
        "Start at once, without a web interface (there is none yet: needed for every run)",
        environment="LOCUST_HEADLESS",
    ),
    Option(
        ("--autostart",),
        WEB,
        "Start at once, with the web interface",
        environment="LOCUST_AUTOSTART",
        missing=_NO_WEB,
    ),
    Option(
        ("--autoquit",),
        WEB,
        "Quit this long after the end of a test that --autostart has started",
        VALUE,
        "<seconds>",
        type="int",
        default=-1,
        environment="LOCUST_AUTOQUIT",
        missing=_NO_WEB,
    ),
    Option(("--headful",), WEB, environment="LOCUST_HEADFUL", missing=_NO_WEB),
    Option(
        ("--web-auth",),
        WEB,
        "",
        VALUE,
        "<username:password>",
        environment="LOCUST_WEB_AUTH",
        successor="--web-login",
    ),
    Option(
        ("--web-login",),
        WEB,
        "Ask for a login before the web interface",
        environment="LOCUST_WEB_LOGIN",
        missing=_NO_WEB,
    ),
    Option(
        ("--tls-cert",),
        WEB,
        "Certificate with which the web interface speaks HTTPS",
        VALUE,
        "<file>",
        default="",
        environment="LOCUST_TLS_CERT",
        missing=_NO_WEB,
    ),
    Option(
        ("--tls-key",),
        WEB,
        "Private key of that certificate",
        VALUE,
        "<file>",
        default="",
        environment="LOCUST_TLS_KEY",
        missing=_NO_WEB,
    ),
    Option(
        ("--class-picker",),
        WEB,
        "Let the web interface choose among the user and shape classes",
        environment="LOCUST_USERCLASS_PICKER",
        missing=_NO_WEB,
    ),
    Option(
        ("--build-path",),
        WEB,
        "",
        VALUE,
        "<dir>",
        default="",
        environment="LOCUST_BUILD_PATH",
        missing=_NO_WEB,
    ),
    Option(("--legacy-ui",), WEB, default=False, environment="LOCUST_LEGACY_UI", successor=""),
)

_MASTER = (
    Option(
        ("--master",),
        MASTER,
        "Command workers, which run the users",
        environment="LOCUST_MODE_MASTER",
        missing=_ONE_PROCESS,
    ),
    Option(
        ("--master-bind-host",),
        MASTER,
        "The address on which the master waits for workers. Default: every one",
        VALUE,
        "<ip>",
        default="*",
        environment="LOCUST_MASTER_BIND_HOST",
        missing=_ONE_PROCESS,
    ),
    Option(
        ("--master-bind-port",),
        MASTER,
        "The port for that. Default: 5557",
        VALUE,
        "<port>",
        type="int",
        default=5557,
        environment="LOCUST_MASTER_BIND_PORT",
        missing=_ONE_PROCESS,
    ),
    Option(
        ("--expect-workers",),
        MASTER,
        "Start the test when so many workers are there. Default: 1",
        VALUE,
        "<n>",
        type="worker_count",
        default=1,
        environment="LOCUST_EXPECT_WORKERS",
        missing=_ONE_PROCESS,
    ),
    Option(
        ("--expect-workers-max-wait",),
        MASTER,
        "Give up when they are not there after so many seconds. Default: wait for ever",
        VALUE,
        "<n>",
        type="int",
        default=0,
        environment="LOCUST_EXPECT_WORKERS_MAX_WAIT",
        missing=_ONE_PROCESS,
    ),
    Option(
        ("--enable-rebalancing",),
        MASTER,
        "Spread the users anew when workers come or go during the test",
        missing=_ONE_PROCESS,
    ),
    Option(("--expect-slaves",), MASTER, successor="--expect-workers"),
)

_WORKER = (
    Option(
        ("--worker",),
        WORKER,
        "Run users for a master",
        environment="LOCUST_MODE_WORKER",
        missing=_ONE_PROCESS,
    ),
    Option(
        ("--processes",),
        WORKER,
        "Run the users in so many worker processes of this machine; -1 for one per core",
        VALUE,
        "<n>",
        type="int",
        environment="LOCUST_PROCESSES",
        missing=_ONE_PROCESS,
    ),
    Option(("--slave",), WORKER, successor="--worker"),
    Option(
        ("--master-host",),
        WORKER,
        "Where the master is. Default: 127.0.0.1",
        VALUE,
        "<host>",
        default="127.0.0.1",
        environment="LOCUST_MASTER_NODE_HOST",
        missing=_ONE_PROCESS,
    ),
    Option(
        ("--master-port",),
        WORKER,
        "The master's port. Default: 5557",
        VALUE,
        "<port>",
        type="int",
        default=5557,
        environment="LOCUST_MASTER_NODE_PORT",
        missing=_ONE_PROCESS,
    ),
    Option(
        ("--web-base-path",),
        WORKER,
        "What the paths of the web interface begin with",
        VALUE,
        "<path>",
        default="",
        environment="LOCUST_WEB_BASE_PATH",
        missing=_NO_WEB,
    ),
)

_TAGS = (
    Option(
        ("-T", "--tags"),
        TAGS,
        "Run only tasks that have at least one of these tags",
        WORDS,
        "<tag>",
        environment="LOCUST_TAGS",
    ),
    Option(
        ("-E", "--exclude-tags"),
        TAGS,
        "Leave out tasks that have any of these tags",
        WORDS,
        "<tag>",
        environment="LOCUST_EXCLUDE_TAGS",
    ),
)

_STATISTICS = (
    Option(
        ("--csv",),
        STATISTICS,
        "Write PREFIX_stats.csv, PREFIX_stats_history.csv, PREFIX_failures.csv and PREFIX_exceptions.csv; "
        "missing folders are created",
        VALUE,
        "<prefix>",
        dest="csv_prefix",
        environment="LOCUST_CSV",
    ),
    Option(
        ("--csv-full-history",),
        STATISTICS,
        "The history has a row for each name, not only the sums",
        dest="stats_history_enabled",
        environment="LOCUST_CSV_FULL_HISTORY",
    ),
    Option(
        ("--print-stats",),
        STATISTICS,
        "Print the tables during the test (what --headless does anyway)",
        environment="LOCUST_PRINT_STATS",
    ),
    Option(
        ("--only-summary",),
        STATISTICS,
        "Print the tables only at the end",
        environment="LOCUST_ONLY_SUMMARY",
    ),
    Option(
        ("--reset-stats",),
        STATISTICS,
        "Begin the statistics anew when all users have started",
        environment="LOCUST_RESET_STATS",
    ),
    Option(
        ("--html",),
        STATISTICS,
        "Write a report at the end, as one HTML page; {u}, {r} and {t} in the name stand for the users, the "
        "spawn rate and the run time in seconds",
        VALUE,
        "<file>",
        dest="html_file",
        environment="LOCUST_HTML",
    ),
    Option(
        ("--max-stats-rows",),
        STATISTICS,
        "How many names the statistics may have, and how many kinds of failures and of exceptions; whatever exceeds "
        "them is counted in one more row. 0: no limit. Default: 10000",
        VALUE,
        "<n>",
        type="user_count",
        default=10_000,
        era=Era.OURS,
    ),
    Option(("--json",), STATISTICS, "Print the statistics as JSON at the end"),
    Option(
        ("--json-file",),
        STATISTICS,
        "Write the statistics as JSON to <file>.json at the end",
        VALUE,
        "<file>",
    ),
)

_LOGGING = (
    Option(
        ("--skip-log-setup",),
        LOGGING,
        "Leave the logging alone: the models set it up",
        environment="LOCUST_SKIP_LOG_SETUP",
    ),
    Option(
        ("--loglevel", "-L"),
        LOGGING,
        "DEBUG, INFO, WARNING, ERROR or CRITICAL. Default: INFO",
        VALUE,
        "<level>",
        type="capitals",
        default="INFO",
        choices=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
        environment="LOCUST_LOGLEVEL",
    ),
    Option(
        ("--logfile",),
        LOGGING,
        "Log to this file instead of stderr; the tables stay on the console",
        VALUE,
        "<file>",
        environment="LOCUST_LOGFILE",
    ),
)

_OTHER = (
    Option(
        ("--show-task-ratio",),
        OTHER,
        "Print the share of each class and task, and exit",
    ),
    Option(
        ("--show-task-ratio-json",),
        OTHER,
        "The same as JSON",
    ),
    Option(("--version", "-V"), OTHER, "Show the version and exit"),
    Option(
        ("--exit-code-on-error",),
        OTHER,
        "The exit code if any request or task failed. Default: 1",
        VALUE,
        "<n>",
        type="int",
        default=1,
        environment="LOCUST_EXIT_CODE_ON_ERROR",
    ),
    Option(
        ("-s", "--stop-timeout"),
        OTHER,
        "Give running tasks this long to finish when users are stopped. Default: 0, stop at once",
        VALUE,
        "<time>",
        type="timespan",
        default="0",
        environment="LOCUST_STOP_TIMEOUT",
    ),
    Option(
        ("--equal-weights",),
        OTHER,
        "Give every user class the same weight, and every task, task sets taken apart, the same chance",
    ),
    Option(("--profile",), OTHER, "A label for the test", VALUE, "<label>"),
    Option(
        ("--otel",),
        OTHER,
        "Export requests, times, numbers of users and the log by OpenTelemetry, as its OTEL_... variables say",
        environment="LOCUST_ENABLE_OPENTELEMETRY",
    ),
)


def _old(*names: str, stands_for: str, environment: str = "", negates: bool = False) -> Option:
    return Option(names, OLD, era=Era.OLD, stands_for=stands_for, environment=environment, negates=negates)


_HTTP = (
    Option(
        ("--http2",),
        HTTP,
        "All users speak HTTP/2: over https if the server agrees, else HTTP/1.1; over http without asking",
        environment="LOCUST_HTTP2",
        era=Era.OURS,
    ),
    Option(
        ("--http3",),
        HTTP,
        "All users speak HTTP/3 over https, or what the server has; libcurl must have it",
        environment="LOCUST_HTTP3",
        era=Era.OURS,
    ),
    Option(
        ("--http-transport",),
        HTTP,
        "What carries HTTP/1.1: direct, which is the fastest and leaves to libcurl what it does not know (proxies, "
        "unix sockets); or curl, for all of it. Default: direct",
        VALUE,
        "<name>",
        environment="LOCUST_HTTP_TRANSPORT",
        default="direct",
        choices=("direct", "curl"),
        era=Era.OURS,
    ),
    Option(
        ("--dns-ttl",),
        HTTP,
        "How long the addresses of a host name are used before it is looked up again, in seconds; with 0 each "
        "connection looks it up for itself. Default: 60",
        VALUE,
        "<seconds>",
        type="seconds",
        default=60.0,
        era=Era.OURS,
    ),
    Option(
        ("--dns-addresses",),
        HTTP,
        "first: connections try the addresses of a name in the order in which the system gives them; rotate: each "
        "begins with the next one. Default: first",
        VALUE,
        "<order>",
        default="first",
        choices=("first", "rotate"),
        era=Era.OURS,
    ),
    Option(
        ("--resolve",),
        HTTP,
        "Connect to these addresses instead of looking up the host, for this port or, with *, for all. May be "
        "given several times",
        VALUES,
        "<host:port:address,...>",
        type="override",
        era=Era.OURS,
    ),
    Option(
        ("--local-address",),
        HTTP,
        "Connect from these addresses of this machine, which users take in turn. Several are separated by commas, "
        "or the option is given several times",
        VALUES,
        "<ip,...>",
        type="local_addresses",
        era=Era.OURS,
    ),
    Option(
        ("--io-threads",),
        HTTP,
        "How many threads send requests and receive responses, while one thread runs the models; users are spread "
        "evenly over them. Default: one more for every 16 users, up to 2 on 2 cores, to one less than there are cores "
        "on more, and to 8",
        VALUE,
        "<n>",
        type="thread_count",
        environment="LOCUST_IO_THREADS",
        era=Era.OURS,
    ),
)

# LOCUST_PORT and LOCUST_MASTER_PORT are left out: Kubernetes sets them, to something else, in every container beside
# a service called locust or locust-master.
_OLD = (
    _old("-c", "--clients", stands_for="--users", environment="LOCUST_CLIENTS"),
    _old("--hatch-rate", stands_for="--spawn-rate", environment="LOCUST_HATCH_RATE"),
    _old("--no-web", stands_for="--headless", environment="LOCUST_NO_WEB"),
    _old("--csv-base-name", stands_for="--csv"),
    _old("--port", stands_for="--web-port"),
    _old("--slave", stands_for="--worker", environment="LOCUST_SLAVE"),
    _old("--expect-slaves", stands_for="--expect-workers", environment="LOCUST_EXPECT_SLAVES"),
    _old("--no-reset-stats", stands_for="--reset-stats", negates=True),
    Option(
        ("-n", "--num-request"),
        OLD,
        "End the test after so many requests; those under way are finished and count",
        VALUE,
        "<n>",
        type="int",
        dest="num_requests",
        era=Era.OLD,
    ),
    Option(
        ("--heartbeat-liveness",),
        OLD,
        takes=VALUE,
        metavar="<n>",
        type="int",
        era=Era.OLD,
        missing=_ONE_PROCESS,
    ),
    Option(
        ("--heartbeat-interval",),
        OLD,
        takes=VALUE,
        metavar="<n>",
        type="int",
        era=Era.OLD,
        missing=_ONE_PROCESS,
    ),
    Option(("--modern-ui",), OLD, era=Era.OLD, missing=_NO_WEB),
    Option(
        ("--step-load",),
        OLD,
        "Begin with --step-clients users, and add as many after each --step-time until there are --users",
        environment="LOCUST_STEP_LOAD",
        era=Era.OLD,
    ),
    Option(
        ("--step-clients", "--step-users"),
        OLD,
        "Users of each step of --step-load",
        VALUE,
        "<n>",
        type="int",
        dest="step_users",
        environment="LOCUST_STEP_CLIENTS",
        era=Era.OLD,
    ),
    Option(
        ("--step-time",),
        OLD,
        "Time of each step of --step-load",
        VALUE,
        "<time>",
        type="timespan",
        environment="LOCUST_STEP_TIME",
        era=Era.OLD,
    ),
)

# The order within the eras is that in which Locust's own parser has its options.
OPTIONS: tuple[Option, ...] = (
    *_COMMON,
    *_WEB,
    *_MASTER,
    *_WORKER,
    *_TAGS,
    *_STATISTICS,
    *_LOGGING,
    *_OTHER,
    *_MODELS,
    *_HTTP,
    *_OLD,
)

# The positional words, which are no option.
USER_CLASSES_VARIABLE = "LOCUST_USER_CLASSES"
USER_CLASSES_HELP = "Run only these user classes"


def option_called(name: str) -> Option:
    """The option of Locust's or ours with this spelling; `KeyError` if there is none."""
    for option in OPTIONS:
        if option.era is not Era.OLD and name in option.names:
            return option
    raise KeyError(name)
