"""Runs a model with one of the two load generators and reduces all that came of it to comparable lines."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import legacy_outcome
from case import Case
from servers import Servers

MODELS = Path(__file__).resolve().parent / "models"
CSV_FILES = ("stats", "stats_history", "failures", "exceptions")
LOG_RECORD = re.compile(r"^\[[^\]]+\] [^/ ]+/(?P<level>[A-Z]+)/(?P<logger>[\w.]+): (?P<message>.*)$")
STATS_ROW = re.compile(
    r"^(?P<method>\S*) {1,8}(?P<name>.*?) +(?P<requests>\d+) +(?P<failures>\d+)\(\d+\.\d+%\) \|"
)
ERROR_ROW = re.compile(r"^(?P<count>\d+) {2,}(?P<text>\S.*)$")
OPTION_VARIABLE = re.compile(r"LOCUST_(?!NEST_)")
DIGEST_NONCE = re.compile(r'\b(response|cnonce)="[0-9a-f]+"')
LIBRARY_WORDS = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"Perhaps you meant https?:", "Perhaps you meant <scheme>:"),
        (r"Failed to parse: .*", "Failed to parse: <address>"),
        (r"return ?character\(s\)", "return character(s)"),
        (r"(Header part \(.*\)) from .* must be", r"\1 must be"),
        (r" \(_ssl\.c:\d+\)", ""),
    )
)
"""Texts of requests, urllib3 and ssl that depend on their version."""

UNSTABLE_HEADERS = {"user-agent": "<agent>", "accept-encoding": "<encodings>"}


class Engine(Enum):
    """Who runs a model."""

    LOCUST = "locust"
    LEGACY = "locust-0.14"
    OURS = "ours"


@dataclass
class Outcome:
    """What one run did. Each aspect is a list of lines, in an order that does not depend on the generator."""

    exit_code: int
    wall_s: float
    stdout: str
    stderr: str
    aspects: dict[str, list[str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    """Requests by "method name", from the final table."""


def python_of(program: list[str]) -> list[str]:
    """The Python in which the package of this load generator can be imported."""
    if Path(program[0]).name == "locust":
        return [str(Path(program[0]).parent / "python")]
    return [*program, "python"]


def command_for(case: Case, program: list[str], engine: Engine, host: str, csv_prefix: Path) -> list[str]:
    folder = MODELS if case.project is None else csv_prefix.parent
    model = case.twin if case.twin is not None and engine is Engine.LOCUST else case.model
    models = ",".join(str(folder / name) for name in model.split(","))
    if case.script:
        return [*python_of(program), models, *case.args]
    if case.plain:
        return [*program, *case.args]
    command = [*program, "-f", models]
    old_spelling = case.legacy and engine is not Engine.LOCUST
    if old_spelling and case.legacy_args is not None:
        command += case.legacy_args
    else:
        command += ["--no-web", "-c"] if old_spelling else ["--headless", "-u"]
        command += [str(case.users), "-r", str(case.rate)]
        command += ["-t", case.run_time] if case.run_time else []
    command += ["-H", host] if case.host else []
    return [*command, "--csv", str(csv_prefix), "--only-summary", *case.args]


def run(case: Case, program: list[str], engine: Engine, servers: Servers, folder: Path) -> Outcome:
    """Run `case` to its end in `folder` (created; nothing else may be in it)."""
    if case.project is None:
        folder.mkdir(parents=True)
    else:
        shutil.copytree(MODELS / case.project, folder)
        shutil.copy(MODELS / ("legacy_tools.py" if case.legacy else "parity_tools.py"), folder)
    servers.reset()
    trace = folder / "trace"
    trace.touch()
    environment = {name: value for name, value in os.environ.items() if not OPTION_VARIABLE.match(name)}
    environment |= {
        "PARITY_TRACE": str(trace),
        "PARITY_HOST": servers.host,
        "PARITY_PORTS": json.dumps({**servers.faults, **servers.side}),
        "PARITY_CERTIFICATE": str(servers.certificate),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        **dict(case.environment),
    }
    command = command_for(case, program, engine, servers.host, folder / "out")
    (folder / "command").write_text(" ".join(command) + "\n")
    begun = time.monotonic()
    with open(folder / "stdout", "wb") as stdout, open(folder / "stderr", "wb") as stderr:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr
        )
        try:
            if case.signal is not None:
                await_start(folder / "stderr", process)
                time.sleep(case.signal_after_s)
                process.send_signal(case.signal)
            exit_code = process.wait(case.deadline_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            exit_code = -999
    wall_s = time.monotonic() - begun
    outcome = Outcome(exit_code, wall_s, (folder / "stdout").read_text(), (folder / "stderr").read_text())
    collect(outcome, case, servers, folder)
    return outcome


def await_start(stderr: Path, process: subprocess.Popen[bytes]) -> None:
    """Until the users are being spawned: a signal before that tests the start and not the run."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and process.poll() is None:
        if re.search("Ramping to|Hatching and swarming", stderr.read_text()):
            return
        time.sleep(0.02)


def collect(outcome: Outcome, case: Case, servers: Servers, folder: Path) -> None:
    clean = Cleaner(servers, folder)
    aspects = outcome.aspects
    hung = outcome.exit_code == -999
    aspects["exit code"] = ["did not end and was killed" if hung else str(outcome.exit_code)]
    if legacy_outcome.is_legacy(outcome.stderr):
        outcome.stdout = legacy_outcome.printed(outcome.stderr)
        aspects |= legacy_outcome.read(outcome.stderr, folder, clean.line)
        outcome.counts = legacy_outcome.read_counts(outcome.stderr, clean.line)
    else:
        read_console(outcome, clean)
        read_csv(outcome, folder, clean)
        aspects["log"] = read_log(outcome.stderr, clean)
        if case.legacy:
            aspects |= legacy_outcome.shared_aspects(outcome.stderr, folder, clean.line)
    trace = (folder / "trace").read_text().splitlines()
    stdout = outcome.stdout.splitlines()
    aspects["trace"] = clean.lines(trace if case.ordered else sorted(trace))
    aspects["stdout"] = clean.lines(stdout if case.ordered else sorted(stdout))
    if "--json" in case.args:
        aspects["stdout"] = read_json(outcome.stdout, clean)
    if (report := folder / "report.json").exists():
        aspects["stdout"] += read_json(report.read_text(), clean)
    read_server(outcome, servers, clean)


class Cleaner:
    """Replaces what legitimately differs between two runs: ports, folders, versions, addresses of objects."""

    def __init__(self, servers: Servers, folder: Path) -> None:
        names = servers.port_names()
        self._ports = re.compile(r"(?<!\d)(?:" + "|".join(map(str, names)) + r")(?!\d)")
        self._names = {str(port): name for port, name in names.items()}
        self._folder = str(folder)

    def line(self, text: str) -> str:
        text = self._ports.sub(lambda match: self._names[match.group()], text)
        text = (
            text.replace(self._folder, "<folder>").replace(str(MODELS), "<models>").replace("_twin.py", ".py")
        )
        text = re.sub(r"<Greenlet at 0x[0-9a-f]+: .*>", "<Greenlet>", text)
        text = re.sub(r"0x[0-9a-f]{6,}", "0x...", text)
        for pattern, word in LIBRARY_WORDS:
            text = pattern.sub(word, text)
        text = re.sub(r"([?&]_=)\d{13}", r"\1<now>", text)
        text = re.sub(r"^(\S+\t.{50}\t)\d+ *\t", r"\1<ms>\t", text)
        return re.sub(r"^Starting (\S+) \d[\w.+-]*", r"Starting \1 <version>", text)

    def lines(self, texts: Iterable[str]) -> list[str]:
        return [self.line(text) for text in texts]


def read_console(outcome: Outcome, clean: Cleaner) -> None:
    """The last request table and error report on stderr, which come after all users have ended."""
    lines = outcome.stderr.splitlines()
    tables = [number for number, line in enumerate(lines) if line.startswith("Type     Name")]
    requests: list[str] = []
    headings: list[str] = []
    reports = [number for number, line in enumerate(lines) if line.startswith("Error report")]
    percentiles = [
        number for number, line in enumerate(lines) if line.startswith("Response time percentiles")
    ]
    requests_at = [number for number in tables if number - 1 not in percentiles]
    if requests_at:
        start = requests_at[-1]
        headings += lines[start : start + 2]
        for line in lines[start + 2 :]:
            if match := STATS_ROW.match(line):
                label = clean.line(f"{match['method']} {match['name']}".strip())
                outcome.counts[label] = int(match["requests"])
                requests.append(f"{label}: {match['requests']} requests, {match['failures']} failures")
            elif not line.startswith("-----"):
                break
    if percentiles:
        headings += lines[percentiles[-1] : percentiles[-1] + 3]
    errors: list[str] = []
    if reports:
        headings += lines[reports[-1] : reports[-1] + 3]
        for line in lines[reports[-1] + 3 :]:
            if match := ERROR_ROW.match(line):
                errors.append(clean.line(f"{match['count']} x {match['text'].rstrip()}"))
            else:
                break
    outcome.aspects["requests"] = requests
    outcome.aspects["error report"] = sorted(errors)
    outcome.aspects["console headings"] = headings


def read_csv(outcome: Outcome, folder: Path, clean: Cleaner) -> None:
    aspects = outcome.aspects
    aspects["csv files"] = sorted(path.name for path in folder.glob("out*"))
    aspects["csv headers"] = []
    aspects["csv form"] = []
    for name in ("csv requests", "csv failures", "csv exceptions"):
        aspects[name] = []
    for kind in CSV_FILES:
        path = folder / f"out_{kind}.csv"
        if not path.exists():
            continue
        raw = path.read_bytes().decode()
        if raw.count("\n") != raw.count("\r\n") and kind != "exceptions":
            aspects["csv form"].append(f"{kind}: line ends are not CRLF")
        rows = list(csv.reader(raw.splitlines(keepends=True)))
        aspects["csv headers"] += [f"{kind}: {','.join(row)}" for row in rows[:1]]
        body = rows[1:]
        if kind == "stats":
            aspects["csv requests"] = [
                clean.line(f"{row[0]} {row[1]}: {row[2]}, {row[3]}".strip()) for row in body
            ]
            forms = [clean.line(f"{row[0]} {row[1]}: ") + " ".join(map(form, row[2:])) for row in body]
            aspects["csv form"] += forms
        elif kind == "stats_history":
            names = sorted({f"{row[2]} {row[3]}".strip() for row in body})
            aspects["csv form"] += [clean.line(f"history of {name}") for name in names]
            aspects["csv form"] += ["history: " + " ".join(map(history_form, row[:7])) for row in body[-1:]]
        elif kind == "failures":
            for row in body:
                times = " ".join(form(cell) for cell in row[4:])
                aspects["csv failures"].append(
                    clean.line(f"{row[3]} x {row[0]} {row[1]}: {row[2]} ({times})")
                )
        else:
            for row in body:
                aspects["csv exceptions"].append(
                    clean.line(f"{row[0]} x {row[1]} [{place_of(row[2], folder)}] on {row[3]}")
                )
    aspects["csv failures"].sort()
    aspects["csv exceptions"].sort()


def place_of(traceback: str, folder: Path) -> str:
    """The last line of the traceback if the model raised the exception: the code of the two programs differs."""
    files = re.findall(r'^  File "([^"]*)"', traceback, re.MULTILINE)
    if not files or not files[-1].startswith((str(MODELS), str(folder))):
        return "outside of the model"
    lines = [line for line in traceback.strip().splitlines() if "[Previous line repeated" not in line]
    return lines[-1].strip()


def read_json(text: str, clean: Cleaner) -> list[str]:
    """What --json says, with the kinds of its values instead of those that are measured."""
    lines = []
    for entry in json.loads(text):
        for key in ("phases_ms", "generator_delay_ms"):  # ours, beside Locust's keys: docs/parity.md
            entry.pop(key, None)
        exact = ("method", "name", "num_requests", "num_failures", "num_none_requests")
        kinds = {key: value if key in exact else type(value).__name__ for key, value in entry.items()}
        lines.append(clean.line(str(sorted(kinds.items()))))
    return lines


def form(cell: str) -> str:
    """The kind of a CSV cell: what a program that reads the file relies on."""
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", cell):
        return "time"
    if re.fullmatch(r"-?\d+", cell):
        return "number"
    if re.fullmatch(r"-?\d+\.\d+(e-?\d+)?", cell):
        return "number"
    return cell or "empty"


def history_form(cell: str) -> str:
    """The same for the history, whose rates have six decimals."""
    return "six decimals" if re.fullmatch(r"-?\d+\.\d{6}", cell) else form(cell)


def read_log(stderr: str, clean: Cleaner) -> list[str]:
    """First lines of the log records, each kind once: how often something is logged may depend on timing."""
    records = (LOG_RECORD.match(line) for line in stderr.splitlines())
    return sorted(
        {
            clean.line(f"{r['level']} {r['logger']}: ") + clean.line(r["message"])
            for r in records
            if r and r["logger"] != "locust.generator"  # ours: docs/parity.md
        }
    )


def read_server(outcome: Outcome, servers: Servers, clean: Cleaner) -> None:
    seen = servers.seen()
    requests = seen["requests"]
    aspects = outcome.aspects
    # Sorted anew, since the real ports decided before.
    aspects["server requests"] = sorted(
        clean.line(f"{key}: {value['count']}") for key, value in requests.items()
    )
    aspects["server connections"] = [str(seen["connections"])]
    aspects["server forms"] = []
    for key, value in requests.items():
        forms = set()
        for one in value["forms"]:
            headers = {name: UNSTABLE_HEADERS.get(name, text) for name, text in one["headers"]}
            if headers.get("authorization", "").startswith("Digest "):
                headers["authorization"] = DIGEST_NONCE.sub(r"\1=<random>", headers["authorization"])
            if headers.get("content-type", "").startswith("multipart/form-data"):
                headers["content-type"], one["body_sha256"] = (
                    "multipart/form-data; boundary=<random>",
                    "random",
                )
            if one["body_sha256"] != "random":
                one["body_sha256"] = one["body_sha256"][:12]
            listed = " | ".join(f"{name}: {text}" for name, text in sorted(headers.items()))
            forms.add(clean.line(f"{key} [{listed}]") + f" {one['body_bytes']} bytes {one['body_sha256']}")
        aspects["server forms"] += sorted(forms)
    aspects["server forms"].sort()
