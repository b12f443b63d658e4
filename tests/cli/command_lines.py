"""The table of `test_locust_command_line.py`: command lines, with variables and files, that Locust and we read alike.

Where we do not, the row says why and what we do instead.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Instead:
    """What we do instead, and why. Of the options, only those that are named here are compared."""

    reason: str
    exit_code: int = 0
    # The first line on stderr begins with it, after "locust: error: ".
    message: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """Arguments as a shell has them."""

    words: str
    variables: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    model: str = ""
    instead: Instead | None = None

    @property
    def arguments(self) -> list[str]:
        return shlex.split(self.words)

    @property
    def name(self) -> str:
        given = [self.words]
        given += [f"{name}={value}" for name, value in self.variables.items()]
        given += [f"{name}: {text!r}" for name, text in self.files.items()]
        return " ; ".join(part for part in given if part) or "nothing"


NOT_YET = "what it stands for does not exist yet"
OLD = "0.x command lines run here"
OUR_WORDS = "the same mistake in other words"
OWN_LIST = "Locust takes such a list only on the command line"
PLACE = "our message adds the place"


def refused(words: str, name: str, **sources: Mapping[str, str]) -> Line:
    """A line that Locust takes and we refuse, by the name of the option."""
    return Line(words, **sources, instead=Instead(NOT_YET, 2, f"{name} is not supported yet: "))  # type: ignore[arg-type]


def old(words: str, **options: Any) -> Line:
    """A line of a Locust of old, which today's refuses."""
    return Line(words, instead=Instead(OLD, options=options))


VALUES = (
    Line(""),
    Line("-u 5 -r 2.5 -t 90"),
    Line("--users 5 --spawn-rate 2 --run-time 1h30m10s"),
    Line("--users=5 --spawn-rate=.5 --run-time=20m"),
    Line("-u5 -r2 -t3s -Hhttp://x"),
    Line("-u=5"),
    Line("-r=3 -t=5s -H=http://h -s=2"),
    Line("-u 5 -u 6"),
    Line("-u 5 --users 7 --users=8"),
    Line("-u ' 5 '"),
    Line("-u 1_000"),
    Line("-u +5"),
    Line("-u 0"),
    Line("-r 1e2"),
    Line("-r 0.001"),
    Line("-t 0"),
    Line("-t 2h"),
    Line("-t 2h5s"),
    Line("-t 3h30m10s"),
    Line("-s 90"),
    Line("-s 1m"),
    Line("--stop-timeout=10s"),
    Line("-H http://example.com:8080/base/"),
    Line("--host ''"),
    Line("-l"),
    Line("--list --headless"),
    Line("-lu5"),
    Line("--headless --only-summary --print-stats --reset-stats --skip-log-setup"),
    Line("--csv results --csv-full-history"),
    Line("--csv=folder/prefix"),
    Line("--logfile run.log -L debug"),
    Line("--loglevel=Warning"),
    Line("-LERROR"),
    Line("--exit-code-on-error 0"),
    Line("--exit-code-on-error -1"),
    Line("--show-task-ratio"),
    Line("--show-task-ratio-json"),
    Line("--equal-weights --profile nightly"),
    Line("--otel"),
    Line("", variables={"LOCUST_ENABLE_OPENTELEMETRY": "true"}),
    Line("--profile=''"),
    Line("-f a.py"),
    Line("-f a.py,b.py"),
    Line("-fa.py"),
    Line("--locustfile=folder"),
    Line("""--config-users '{"user_class_name": "A", "weight": 3}'"""),
    Line(
        """--config-users '[{"user_class_name": "A"}, {"user_class_name": "B"}]' '{"user_class_name": "C"}'"""
    ),
    Line("--config-users users.json", files={"users.json": '{"user_class_name": "A", "host": "http://h"}'}),
    Line("--host 'a b'"),
    Line("--host '-zz with spaces'"),
    Line("--autoquit -1 --headless"),
    Line("--web-port 8089"),
)

WORDS = (
    Line("A"),
    Line("A B C"),
    Line("-u 5 A B"),
    Line("A B -u 5"),
    Line("-u 5 A -r 1"),
    Line("A -u 5 B"),
    Line("-- A B"),
    Line("-u 5 -- -x"),
    Line("A -- B"),
    Line("A --"),
    Line("-T a b"),
    Line("-T a b -E c"),
    Line("--tags a --exclude-tags b c -u 1 A"),
    Line("-T"),
    Line("-T -E"),
    Line("-Ta"),
    Line("--tags=a"),
    Line("--tags=a b"),
    Line("--tags a --tags b"),
    Line("-T a -- B"),
    Line("-E -1 x"),
)

ABBREVIATIONS = (
    Line("--us 9"),
    Line("--us=9"),
    Line("--ho http://x"),
    Line("--heade"),
    Line("--headl"),
    Line("--run 5"),
    Line("--sp 3"),
    Line("--loc x.py"),
    Line("--logl DEBUG"),
    Line("--only"),
    Line("--exi 4"),
    Line("--exc a"),
    Line("--csv x"),
    Line("--csv-f --csv x"),
    Line("--log x"),
    Line("--ta a"),
    Line(
        "--s 3",
        instead=Instead(
            "--slave is an old spelling here, not one of today's", 2, "ambiguous option: --s could match"
        ),
    ),
    Line(
        "--mas",
        instead=Instead(OUR_WORDS, 2, "ambiguous option: --mas could match --master, --master-bind-host"),
    ),
    Line("--show-task-ratio-j"),
    Line("--he"),
    Line("-hea"),
)

MISTAKES = (
    Line("-u ten"),
    Line("-u 1.5"),
    Line("-u ''"),
    Line("-u"),
    Line("-u --headless"),
    Line("-u -r 1"),
    Line("-r 0"),
    Line("-r -1"),
    Line("-r x", instead=Instead(OUR_WORDS, 2, "argument -r/--spawn-rate: invalid float value: 'x'")),
    Line("-r ''", instead=Instead(OUR_WORDS, 2, "argument -r/--spawn-rate: invalid float value: ''")),
    Line("-t 1h30"),
    Line("-t 5x"),
    Line("-t ''"),
    Line("-t 1.5"),
    Line("-t -5"),
    Line("-t 5m2h"),
    Line("-t '5 m'"),
    Line("-s x"),
    Line("-s -1"),
    Line("-L loud"),
    Line("--loglevel"),
    Line("--headless=yes"),
    Line("--headless=true -u 1"),
    Line("-l5"),
    Line("--list=x"),
    Line("--exit-code-on-error x"),
    Line("--usres 5"),
    Line("--users-count=5"),
    Line("--xyzzy-plugh"),
    Line("-x"),
    Line("-x -y -z"),
    Line("--csv-ful-history --csv x"),
    Line("A --nope 5 B"),
    Line("--strict"),
    Line("-d models"),
    Line("--configure"),
    Line("-y"),
    Line("--config-users '{'"),
    Line("--config-users '{}'"),
    Line(
        "--config-users '[1]'",
        instead=Instead("Locust ends with a traceback", 2, "argument --config-users: The user config must"),
    ),
    Line("--config-users missing.json"),
    Line("--expect-workers 0"),
    Line("--expect-workers x"),
    Line("--web-port x"),
    Line("--autoquit x"),
    Line("--master-port 1.5"),
    Line("--processes x"),
    Line("-P"),
    Line(
        "--web-auth a:b", instead=Instead(OUR_WORDS, 2, "--web-auth does not exist any more: use --web-login")
    ),
    Line("--legacy-ui", instead=Instead(OUR_WORDS, 2, "--legacy-ui does not exist any more")),
    Line(
        "-u -5",
        instead=Instead(
            "Locust spawns nobody, and waits", 2, "argument -u/--users: must be 0 or more, not '-5'"
        ),
    ),
    Line("-r inf", instead=Instead("Locust never gets to spawn", 2, "argument -r/--spawn-rate: must be > 0")),
)

VARIABLES = (
    Line("", {"LOCUST_USERS": "7", "LOCUST_SPAWN_RATE": "2.5", "LOCUST_RUN_TIME": "1m"}),
    Line("-u 9", {"LOCUST_USERS": "7"}),
    Line("--users=9", {"LOCUST_USERS": "nonsense"}),
    Line("--us 9", {"LOCUST_USERS": "7"}),
    Line("-u9", {"LOCUST_USERS": "7"}),
    Line("", {"LOCUST_HOST": "http://env", "LOCUST_LOCUSTFILE": "x.py", "LOCUST_CSV": "p"}),
    Line("", {"LOCUST_HOST": ""}),
    Line("", {"LOCUST_TAGS": "a b"}),
    Line("", {"LOCUST_TAGS": "[a, b]"}),
    Line("", {"LOCUST_TAGS": '["a b", "c"]'}),
    Line("", {"LOCUST_TAGS": ""}),
    Line("", {"LOCUST_TAGS": "[]"}),
    Line("A B", {"LOCUST_TAGS": "[x, y]"}),
    Line("-u 1 A", {"LOCUST_TAGS": "[x, y]"}),
    Line("-u 1 -- A", {"LOCUST_TAGS": "[x, y]", "LOCUST_RUN_TIME": "5"}),
    Line("-T z", {"LOCUST_TAGS": "[x, y]"}),
    Line("", {"LOCUST_EXCLUDE_TAGS": "[x]", "LOCUST_STOP_TIMEOUT": "5s"}),
    *(
        Line("", {"LOCUST_HEADLESS": value})
        for value in ("true", "YES", "1", "on", "false", "no", "0", "Off")
    ),
    Line(
        "",
        {"LOCUST_HEADLESS": "maybe"},
        instead=Instead(OUR_WORDS, 2, "Unexpected value for LOCUST_HEADLESS: 'maybe'."),
    ),
    Line(
        "",
        {"LOCUST_HEADLESS": ""},
        instead=Instead(OUR_WORDS, 2, "Unexpected value for LOCUST_HEADLESS: ''."),
    ),
    Line("--headless", {"LOCUST_HEADLESS": "false"}),
    Line("", {"LOCUST_SKIP_LOG_SETUP": "1", "LOCUST_ONLY_SUMMARY": "true", "LOCUST_PRINT_STATS": "no"}),
    Line("", {"LOCUST_RESET_STATS": "true", "LOCUST_LOGLEVEL": "debug", "LOCUST_LOGFILE": "x.log"}),
    Line("", {"LOCUST_EXIT_CODE_ON_ERROR": "3", "LOCUST_CSV_FULL_HISTORY": "true", "LOCUST_CSV": "x"}),
    Line("", {"LOCUST_USER_CLASSES": "A  B"}),
    Line("C", {"LOCUST_USER_CLASSES": "A B"}),
    Line("-u 1", {"LOCUST_USER_CLASSES": "A B"}),
    Line("", {"LOCUST_USER_CLASSES": ""}),
    Line("", {"LOCUST_CONFIG_USERS": '{"user_class_name": "A"}'}),
    Line(
        "",
        {"LOCUST_CONFIG_USERS": '[{"user_class_name": "A"}]'},
        instead=Instead(OWN_LIST, options={"config_users": [[{"user_class_name": "A"}]]}),
    ),
    Line(
        "",
        {"LOCUST_USERS": "many"},
        instead=Instead(
            PLACE, 2, "argument -u/--users: invalid int value: 'many' (in the environment: LOCUST_USERS)"
        ),
    ),
    Line(
        "",
        {"LOCUST_USERS": ""},
        instead=Instead(
            PLACE, 2, "argument -u/--users: invalid int value: '' (in the environment: LOCUST_USERS)"
        ),
    ),
    Line(
        "",
        {"LOCUST_LOGLEVEL": "loud"},
        instead=Instead(PLACE, 2, "argument --loglevel/-L: invalid choice: 'LOUD'"),
    ),
    Line("", {"LOCUST_LIST": "true", "LOCUST_PROFILE": "x", "LOCUST_EQUAL_WEIGHTS": "true"}),
    Line("", {"LOCUST_MODE_MASTER": "false", "LOCUST_MODE_WORKER": "no", "LOCUST_AUTOSTART": "0"}),
    Line(
        "",
        {"LOCUST_CLIENTS": "4", "LOCUST_NO_WEB": "1"},
        instead=Instead(OLD, options={"num_users": 4, "headless": True}),
    ),
    Line("", {"LOCUST_CLIENTS": "4", "LOCUST_USERS": "5"}),
    Line("", {"LOCUST_PORT": "tcp://10.0.0.1:8089", "LOCUST_MASTER_PORT": "tcp://10.0.0.1:5557"}),
)

FILES = (
    Line("", files={"locust.conf": "users = 5\nspawn-rate: 2\nrun-time 1m\nheadless\n--host=http://h\n"}),
    Line("", files={"locust.conf": "users = 5 # comment\n; no\n[section]\n---\n\nheadless = true\n"}),
    Line("", files={"locust.conf": "host = 'http://quoted'\nlogfile = \"a b.log\"\n"}),
    Line("", files={"locust.conf": "headless = false\nonly-summary = yes\nreset-stats = 0\n"}),
    Line("", files={"locust.conf": 'tags = [a, b]\nexclude-tags = ["c d"]\n'}),
    Line("", files={"locust.conf": "tags = a b\n"}),
    Line("A", files={"locust.conf": "tags = [a, b]\n"}),
    Line("-u 1 A", files={"locust.conf": "tags = [a, b]\nusers = 9\n"}),
    Line("", files={"locust.conf": "u 100\n"}),
    Line("", files={"locust.conf": "user = 3\n"}),
    Line("", files={"locust.conf": "csv = \n"}),
    Line("", files={"locust.conf": "csv\n"}, instead=None),
    Line("", files={"locust.conf": "tags =\n"}),
    Line("", files={"locust.conf": "locustfile = other.py\nlist\n"}),
    Line(
        "",
        files={
            ".locust.conf": "users = 1\nspawn-rate = 1\nrun-time = 1\nhost = http://home\n",
            "locust.conf": "users = 2\nspawn-rate = 2\nrun-time = 2\n",
            "pyproject.toml": "[tool.locust]\nusers = 3\nspawn-rate = 3\n",
        },
    ),
    Line(
        "--config extra.conf",
        files={
            "locust.conf": "users = 2\nspawn-rate = 2",
            "pyproject.toml": "[tool.locust]\nusers = 3\n",
            "extra.conf": "users = 4\n",
        },
    ),
    Line(
        "--config extra.conf -u 9",
        {"LOCUST_SPAWN_RATE": "8"},
        {"extra.conf": "users = 4\nspawn-rate = 4\nrun-time = 4\n"},
    ),
    Line(
        "--config=extra.toml",
        files={
            "extra.toml": '[tool.locust]\nusers = 4\ntags = ["a", "b"]\nheadless = true\nhost = "http://t"\n'
        },
    ),
    Line("--conf extra.conf", files={"extra.conf": "users = 4\n"}),
    Line("", files={"pyproject.toml": "[tool.other]\nusers = 4\n"}),
    Line(
        "", files={"pyproject.toml": "[tool.locust]\nrun-time = 90\nspawn-rate = 2.5\nonly-summary = false\n"}
    ),
    Line("", {"LOCUST_HEADLESS": "false"}, {"locust.conf": "headless = true\n"}),
    Line("", files={".locust.conf": "headless = true\n", "locust.conf": "headless = false\n"}),
    Line("--only-summary", files={"locust.conf": "only-summary = false\n"}),
    Line("", files={"locust.conf": "show-task-ratio = true\nequal-weights\nprofile = nightly\n"}),
    Line(
        "",
        files={"locust.conf": 'config-users = [{"user_class_name": "A"}]\n'},
        instead=Instead(OWN_LIST, options={"config_users": [[{"user_class_name": "A"}]]}),
    ),
    Line(
        "",
        files={"locust.conf": "usres = 5\n"},
        instead=Instead(PLACE, 2, "unrecognized arguments: --usres=5 (in locust.conf: usres)"),
    ),
    Line(
        "",
        files={"locust.conf": "users = x\n"},
        instead=Instead(PLACE, 2, "argument -u/--users: invalid int value: 'x' (in locust.conf: users)"),
    ),
    Line(
        "",
        files={"locust.conf": "headless = perhaps\n"},
        instead=Instead(OUR_WORDS, 2, "Unexpected value for headless: 'perhaps'."),
    ),
    Line(
        "",
        files={"locust.conf": "users = [1, 2]\n"},
        instead=Instead(OUR_WORDS, 2, "users can't be set to a list"),
    ),
    Line("", files={"locust.conf": "= 5\n"}),
    Line("", files={"pyproject.toml": "[tool.locust\n"}),
    Line(
        "--config missing.conf",
        instead=Instead(OUR_WORDS, 2, "cannot read the configuration file 'missing.conf': No such file"),
    ),
)

SHOP = """
@events.init_command_line_parser.add_listener
def add(parser):
    parser.add_argument("--basket", type=int, default=3, env_var="SHOP_BASKET")
    parser.add_argument("--only-these", nargs="*")
    parser.add_argument("--no-tax", action="store_true")
    parser.add_argument("--coupon", action="append")
    parser.add_argument("-q", "--quick", choices=["a", "b"], is_secret=True, include_in_web_ui=False)
"""
RIVAL = """
@events.init_command_line_parser.add_listener
def add(parser):
    parser.add_argument("--user", default="root")
    parser.add_argument("--clients", type=int)
    parser.add_argument("--port", "-n", default="none")
    parser.add_argument("-d", "--strict", default="no")
"""
REQUIRED = """
@events.init_command_line_parser.add_listener
def add(parser):
    parser.add_argument("--key", required=True, env_var="KEY")
    parser.set_defaults(host="http://default", num_users=4)
"""

MODELS = (
    Line("--basket 7 -u 2", model=SHOP),
    Line("--basket=7 --no-tax A B", model=SHOP),
    Line("--bas 7 --no", model=SHOP),
    Line("-qa --quick=b", model=SHOP),
    Line("--only-these a b -u 1 A", model=SHOP),
    Line("--only 1", model=SHOP),
    Line("--coupon a --coupon b", model=SHOP),
    Line("A --basket 1 B", model=SHOP),
    Line("--basket x", model=SHOP),
    Line("--baskte 1", model=SHOP),
    Line("-q c", model=SHOP),
    Line("", {"SHOP_BASKET": "9"}, model=SHOP),
    Line("--basket 1", {"SHOP_BASKET": "9"}, model=SHOP),
    Line(
        "",
        files={"locust.conf": "basket = 5\nno-tax = true\ncoupon = [x, y]\nonly-these = [p, q]\n"},
        model=SHOP,
    ),
    Line("A", files={"pyproject.toml": '[tool.locust]\nonly-these = ["p", "q"]\nbasket = 2\n'}, model=SHOP),
    Line("--user admin --users 4", model=RIVAL),
    Line("--use 4", model=RIVAL),
    Line("--clients 4 -n x --port y -d z --strict w", model=RIVAL),
    Line("", files={"locust.conf": "user = me\nclients = 3\n"}, model=RIVAL),
    Line("--key k", model=REQUIRED),
    Line("-u 1 --host http://h", {"KEY": "k"}, model=REQUIRED),
    Line("-u 1", model=REQUIRED),
)

OLD_LINES = (
    old("--no-web -c 5 -r 2", headless=True, num_users=5, spawn_rate=2.0),
    old("--clients=5 --hatch-rate=2.5 --no-web -t 1m", num_users=5, spawn_rate=2.5, run_time=60),
    old("-c5", num_users=5),
    old("--cli 5", num_users=5),
    old("--csv-base-name x", csv_prefix="x"),
    Line("--cl", instead=Instead(NOT_YET, 2, "--class-picker is not supported yet")),
    Line("--slave", instead=Instead(NOT_YET, 2, "--slave is not supported yet: a run is one process")),
    Line("--expect-slaves 3", instead=Instead(NOT_YET, 2, "--expect-slaves is not supported yet: ")),
    Line("--port 80", instead=Instead(NOT_YET, 2, "--port is not supported yet: there is no web interface")),
    old("-n 100", num_requests=100),
    old("--no-reset-stats", reset_stats=False),
    old("--reset-stats --no-reset-stats", reset_stats=False),
    Line(
        "--heartbeat-liveness 3", instead=Instead(NOT_YET, 2, "--heartbeat-liveness is not supported yet: ")
    ),
    old("--step-load --step-clients 2 --step-time 10", step_load=True, step_users=2, step_time=10),
    old("--step-load --step-users 2 --step-time 1m", step_load=True, step_users=2, step_time=60),
    Line("--modern-ui", instead=Instead(NOT_YET, 2, "--modern-ui is not supported yet: ")),
    Line("-c five", instead=Instead(OLD, 2, "argument -c/--clients: invalid int value: 'five'")),
    Line("--hatch-rate 0", instead=Instead(OLD, 2, "argument --hatch-rate: must be > 0")),
)

REFUSED = (
    refused("--web-host 0.0.0.0", "--web-host"),
    refused("--web-port 8090", "--web-port"),
    refused("-P 8090", "-P"),
    refused("--autostart", "--autostart"),
    refused("--autostart --autoquit 3", "--autostart"),
    refused("--headful", "--headful"),
    refused("--web-login", "--web-login"),
    refused("--tls-cert a --tls-key b", "--tls-cert"),
    refused("--class-picker", "--class-picker"),
    refused("--build-path x", "--build-path"),
    refused("--web-base-path /x", "--web-base-path"),
    refused("--master", "--master"),
    refused("--master-bind-host 1.2.3.4", "--master-bind-host"),
    refused("--master-bind-port 1", "--master-bind-port"),
    refused("--expect-workers 3", "--expect-workers"),
    refused("--expect-workers-max-wait 3", "--expect-workers-max-wait"),
    refused("--enable-rebalancing", "--enable-rebalancing"),
    refused("--worker", "--worker"),
    refused("--processes -1", "--processes"),
    refused("--master-host x", "--master-host"),
    refused("--master-port 1", "--master-port"),
    refused("", "--web-host", variables={"LOCUST_WEB_HOST": "0.0.0.0"}),
    refused("", "--master", variables={"LOCUST_MODE_MASTER": "true"}),
    refused("", "--worker", files={"locust.conf": "worker = true\n"}),
    refused("--autoq 5", "--autoquit"),
)

LINES = (
    *VALUES,
    *WORDS,
    *ABBREVIATIONS,
    *MISTAKES,
    *VARIABLES,
    *FILES,
    *MODELS,
    *OLD_LINES,
    *REFUSED,
)
