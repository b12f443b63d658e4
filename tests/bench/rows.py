"""What is compared: shapes of load, generators, and the rows that they make together."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generators import REPOSITORY, Generator, locust_like, oracle, our_binary
from report import debian_version, first_line

OURS, OURS_CURL = "locust-nest", "locust-nest, libcurl's transport"
OURS_FAST = "locust-nest, FastHttpUser"
HTTP_USER, FAST_HTTP_USER = "Locust HttpUser", "Locust FastHttpUser"
WRK, H2LOAD, HEY, GOOSE, K6 = "wrk", "h2load", "hey", "goose", "k6"
GOOSE_MANIFEST = Path(__file__).resolve().parent / "goose/Cargo.toml"
GOOSE_PROGRAM = REPOSITORY / "build/goose/release/requester"
K6_SCRIPT = Path(__file__).resolve().parent / "requester.js"
K6_PROGRAM = REPOSITORY / "build/k6/k6"
K6_VERSION = "1.3.0"


@dataclass(frozen=True)
class Shape:
    """One kind of load. A field that differs from the default is what the shape is there to show."""

    name: str
    path: str = ""
    """Stands before the model's own `/`."""
    server: str = "url"
    """The address of nginx.Nginx by its attribute."""
    users: int = 100
    closing: bool = False
    model: str = "http_user.py"
    fast_model: str = "fast_http_user.py"
    user_class: tuple[str, ...] = ()
    """For the command line, where the model has several."""


BASELINE = Shape("small body, keep-alive, 100 connections")
TEN_KB = Shape("body of 10 KB", path="/10k")
CLOSING = Shape("connection per request", path="/closing", closing=True)
TLS = Shape("TLS", server="tls_url", model="tls_user.py", user_class=("Requester",))
HTTP2 = Shape("HTTP/2 over TLS", server="http2_url", model="tls_user.py", user_class=("Requester",))
CROWD = Shape("10 000 connections", users=10_000)
LISTENER = Shape("a `request` listener", model="listening_user.py")
JSON = Shape("status and `json()` of 200 bytes read", model="reading_user.py")
COOKIE_SENT = Shape("each request sends a cookie", model="cookie_user.py")
COOKIE_SET = Shape("each response sets a cookie", path="/cookie")
COOKIE_CHANGED = Shape("each response sets a cookie to another value", path="/new-cookie")
COOKIES_CHANGED = Shape("the same with three cookies", path="/three-cookies")
CATCHING = Shape("`catch_response`", model="catching_user.py")

CHOSEN: dict[Shape, tuple[str, ...]] = {
    BASELINE: (OURS, OURS_FAST, OURS_CURL, HTTP_USER, FAST_HTTP_USER, WRK, H2LOAD, HEY, GOOSE, K6),
    TEN_KB: (OURS, OURS_CURL, HTTP_USER, FAST_HTTP_USER, WRK),
    CLOSING: (OURS, OURS_CURL, HTTP_USER, FAST_HTTP_USER, WRK, HEY),
    TLS: (OURS, OURS_CURL, HTTP_USER, FAST_HTTP_USER, WRK),
    HTTP2: (OURS, H2LOAD),
    CROWD: (OURS, OURS_CURL, WRK, H2LOAD),
    LISTENER: (OURS, OURS_CURL, HTTP_USER),
    JSON: (OURS, HTTP_USER),
    COOKIE_SENT: (OURS, HTTP_USER),
    COOKIE_SET: (OURS, HTTP_USER, FAST_HTTP_USER),
    COOKIE_CHANGED: (OURS, HTTP_USER, FAST_HTTP_USER),
    COOKIES_CHANGED: (OURS, HTTP_USER, FAST_HTTP_USER),
    CATCHING: (OURS, HTTP_USER),
}
LEFT_OUT = (
    "Locust with 10 000 connections: its 100 take the core whole",
    "hey and HTTP/2: it carries all users over one connection",
    "wrk and HTTP/2, cookies, listeners, bodies that are read: it has none of them",
    "FastHttpUser with a listener, json() and catch_response: those rows compare one and the same HttpUser model",
    "all the other combinations: a shape changes one thing of the first",
    "several processes or I/O threads, networks, machines other than this one",
)


@dataclass(frozen=True)
class Row:
    shape: Shape
    generator: Generator


def rows() -> tuple[list[Row], list[str]]:
    """The rows that can be measured here, and why others cannot."""
    found, missing = [], []
    for name, (make, lacking) in makers().items():
        if lacking:
            missing.append(f"{name}: {lacking}")
            continue
        found += [Row(shape, make(shape)) for shape, names in CHOSEN.items() if name in names]
    order = {(shape, name): place for shape, names in CHOSEN.items() for place, name in enumerate(names)}
    shapes = list(CHOSEN)
    found.sort(key=lambda row: (shapes.index(row.shape), order[row.shape, row.generator.name]))
    return found, missing


Maker = Callable[[Shape], Generator]


def makers() -> dict[str, tuple[Maker, str]]:
    """By name: how a row's generator is made, and what is lacking here if it cannot be."""
    goose_build = (
        "cargo build --release --manifest-path tests/bench/goose/Cargo.toml --target-dir build/goose"
    )
    k6_build = f'GOBIN="$PWD/build/k6" go install go.k6.io/k6@v{K6_VERSION}'
    return {
        OURS: (ours(OURS), ""),
        OURS_CURL: (
            ours(OURS_CURL, "--http-transport", "curl"),
            "" if has_transports() else "there is no other transport yet",
        ),
        OURS_FAST: (lambda shape: locust_like(OURS_FAST, our_binary(), shape.fast_model), ""),
        HTTP_USER: (
            lambda shape: locust_like(HTTP_USER, oracle(), shape.model, *shape.user_class),
            "",
        ),
        FAST_HTTP_USER: (lambda shape: locust_like(FAST_HTTP_USER, oracle(), shape.fast_model), ""),
        WRK: (wrk, unless_installed("wrk")),
        H2LOAD: (h2load, unless_installed("h2load", "nghttp2-client")),
        HEY: (hey, unless_installed("hey")),
        GOOSE: (goose, "" if GOOSE_PROGRAM.exists() else f"not built: {goose_build}"),
        K6: (k6, "" if K6_PROGRAM.exists() else f"not built: {k6_build}"),
    }


def versions() -> tuple[str, ...]:
    """Of what is neither Locust, wrk nor ours."""
    goose = tomllib.loads(GOOSE_MANIFEST.read_text())["dependencies"]["goose"].strip("=")
    return (
        first_line("h2load", "--version"),
        "hey " + debian_version("hey"),
        f"goose {goose}",
        f"k6 {K6_VERSION}",
    )


def ours(name: str, *options: str) -> Maker:
    def make(shape: Shape) -> Generator:
        version = ("--http2",) if shape is HTTP2 else ()
        return locust_like(name, our_binary(), shape.model, *options, *version, *shape.user_class)

    return make


def has_transports() -> bool:
    said = subprocess.run([our_binary(), "--help"], capture_output=True, text=True, timeout=60)
    return "--http-transport" in said.stdout


def unless_installed(program: str, package: str = "") -> str:
    return "" if shutil.which(program) else f"not installed (Debian's package {package or program})"


def wrk(shape: Shape) -> Generator:
    # A response that is late is no failure: here no user waits for less than the others.
    command = ("wrk", "-t", "1", "-c", "{users}", "-d", "{seconds}", "--timeout", "60", "{url}/")
    return Generator(WRK, command, end=signal.SIGINT, failures=wrk_failures)


def wrk_failures(output: str) -> int | None:
    if "Requests/sec" not in output:
        return None
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", output)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    return sum(map(int, errors.groups() if errors else ())) + (int(refused[1]) if refused else 0)


def h2load(shape: Shape) -> Generator:
    version = () if shape is HTTP2 else ("--h1",)
    command = ("h2load", *version, "-t", "1", "-c", "{users}", "-m", "1", "-D", "{seconds}", "{url}/")
    return Generator(H2LOAD, command, end=None, failures=h2load_failures)


def h2load_failures(output: str) -> int | None:
    counts = re.search(r"(\d+) failed, .*\n.* (\d+) 3xx", output)
    return sum(map(int, counts.groups())) if counts else None


def hey(shape: Shape) -> Generator:
    closing = ("-disable-keepalive",) if shape.closing else ()
    command = ("hey", "-cpus", "1", *closing, "-c", "{users}", "-z", "{seconds}s", "{url}/")
    return Generator(HEY, command, end=signal.SIGINT, failures=hey_failures)


def hey_failures(output: str) -> int | None:
    if "Status code distribution" not in output:
        return None
    statuses = re.findall(r"\[(\d{3})\]\s+(\d+) responses", output)
    errors = re.findall(r"^\s+\[(\d+)\]\s+(?!\d+ responses)", output.partition("Error distribution")[2], re.M)
    return sum(int(count) for status, count in statuses if status != "200") + sum(map(int, errors))


def goose(shape: Shape) -> Generator:
    load = (
        "-H",
        "{url}/",
        "-u",
        "{users}",
        "-r",
        "{users}",
        "-t",
        "{seconds}s",
        "--no-telnet",
        "--no-websocket",
    )
    return Generator(GOOSE, (str(GOOSE_PROGRAM), *load), end=signal.SIGINT, failures=goose_failures)


def goose_failures(output: str) -> int | None:
    totals = re.findall(r"^\s*GET\s*\|\s*[\d,]+\s*\|\s*([\d,]+) \(", output, re.M)
    return int(totals[-1].replace(",", "")) if totals else None


def k6(shape: Shape) -> Generator:
    load = ("--vus", "{users}", "--duration", "{seconds}s", "--env", "URL={url}/")
    command = (str(K6_PROGRAM), "run", "--quiet", "--no-usage-report", *load, str(K6_SCRIPT))
    return Generator(K6, command, end=signal.SIGINT, failures=k6_failures)


def k6_failures(output: str) -> int | None:
    failed = re.search(r"http_req_failed\.*: \S+ +(\d+) out of", output)
    return int(failed[1]) if failed else None
