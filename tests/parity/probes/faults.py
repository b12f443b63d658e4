"""What users of both kinds get from every fault, as JSON: run by the Python of Locust, and by this program's.

Each fault is met by a user of its own, most of them at once, and twice, which shows whether both failures are one row.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import gevent
from gevent import pool

from locust import FastHttpUser, HttpUser, events
from locust.env import Environment

PORTS: dict[str, int] = json.loads(os.environ["PARITY_PORTS"])
CERTIFICATES = os.path.dirname(os.environ["PARITY_CERTIFICATE"])
LONG_S, SHORT_S = 20, 0.8

# Other addresses than http://127.0.0.1:PORT/ of the server with the fault's name.
ADDRESSES = {
    "unreachable": "http://127.255.255.255:9/",  # nobody can connect to a broadcast address
    "name_resolution": "http://no-such-host.invalid/",
    "address_of_letters": "http://127.0.0.1:port/",
}
CERTIFIED = {"tls_self_signed": "tls", "tls_misnamed": "misnamed_tls", "tls_expired": "expired_tls"}
PROXIES = ("refuse", "proxy_407", "proxy_502", "proxy_garbage", "proxy_closed", "name_resolution")
# Python limits the header that HttpUser reads; what else does not end Locust reads without end.
LIMITED = ("endless_status_line", "endless_header_line", "header_flood", "endless_garbage")
# Whether connecting fails, or what comes after it, is a matter of luck in Locust.
UNDECIDED = ("reset_on_accept",)
ELSEWHERE = ("tls", "mutual_tls", "misnamed_tls", "expired_tls", "proxy", "lines", "target")


class Slow(HttpUser):
    host = "http://127.0.0.1"


class Fast(FastHttpUser):
    host = "http://127.0.0.1"
    network_timeout = connection_timeout = LONG_S


class FastImpatient(Fast):
    network_timeout = SHORT_S


class FastVerifying(Fast):
    insecure = False


def behind(proxy: str) -> type[Fast]:
    host, port = ("no-such-host.invalid", 80) if proxy in ADDRESSES else ("127.0.0.1", PORTS[proxy])
    return type("FastBehindProxy", (Fast,), {"proxy_host": host, "proxy_port": port})


def url_of(fault: str) -> str:
    return ADDRESSES.get(fault) or f"http://127.0.0.1:{PORTS[fault]}/"


Call = Callable[[Any], Any]


def cases() -> dict[str, tuple[type, Call]]:
    """Who meets the fault, and what that one does, by the kind of client and the name of the fault."""
    found: dict[str, tuple[type, Call]] = {}

    def add(kind: str, fault: str, user: type, url: str, method: str = "GET", **keywords: Any) -> None:
        if issubclass(user, HttpUser):
            keywords.setdefault("timeout", LONG_S)
        found[f"{kind} {fault}"] = user, lambda client: client.request(method, url, name=fault, **keywords)

    for fault in (*PORTS, *ADDRESSES):
        if fault in (*ELSEWHERE, *UNDECIDED) or fault.startswith(("tls_", "proxy_", "endless_")):
            continue
        url = url_of(fault)
        fast, limits = Fast, {}
        if fault.startswith(("silent", "slow_")):
            fast, limits = FastImpatient, {"timeout": (LONG_S, SHORT_S)}
        elif fault == "full_backlog":
            fast = type("FastConnecting", (Fast,), {"connection_timeout": SHORT_S})
            limits = {"timeout": (SHORT_S, LONG_S)}
        add("http", fault, Slow, url, **limits)
        add("stream", fault, Slow, url, stream=True, **limits)
        if fault not in LIMITED:
            add("fast", fault, fast, url)
            add("faststream", fault, fast, url, stream=True)
    for fault in LIMITED:
        add("http", fault, Slow, url_of(fault))
    for kind, user in (("http", Slow), ("fast", Fast)):
        add(kind, "early_answer to an upload", user, url_of("early_answer"), "POST", data=b"x" * 3_000_000)
    for fault in PORTS:
        if fault.startswith("tls_"):
            url = url_of(fault).replace("http:", "https:")
            add("http", fault, Slow, url, verify=False)
            add("fast", fault, Fast, url)
    for fault, server in CERTIFIED.items():
        url = f"https://127.0.0.1:{PORTS[server]}/hello"
        authority = f"{CERTIFICATES}/{server.partition('_')[0]}.pem"
        add("http", fault, Slow, url, verify=True if server == "tls" else authority)
        add("fast", fault, FastVerifying, url)
    for proxy in PROXIES:
        proxies = dict.fromkeys(("http", "https"), url_of(proxy))
        add("http", f"through {proxy}", Slow, "http://127.0.0.1:1/x", proxies=proxies)
        add("http", f"tunnel through {proxy}", Slow, "https://127.0.0.1:1/x", proxies=proxies, verify=False)
        add("fast", f"through {proxy}", behind(proxy), "http://127.0.0.1:1/x")
    return found


def describe(error: BaseException | None) -> str | None:
    return None if error is None else f"{type(error).__name__}: {error}"


def content_of(response: Any) -> str | None:
    try:
        content = response.content
    except Exception as error:
        return describe(error)
    return None if content is None else f"{content[:40]!r} of {len(content)}"


def meet(user_class: type, call: Call) -> dict[str, Any]:
    environment = Environment(user_classes=[user_class], events=type(events)())
    environment.create_local_runner()
    recorded: list[dict[str, Any]] = []
    environment.events.request.add_listener(lambda **keywords: recorded.append(keywords))
    client = user_class(environment).client
    if issubclass(user_class, HttpUser):
        client.trust_env = False
    seen: list[dict[str, Any]] = []
    for _ in range(2):
        answer: dict[str, Any] = {}
        try:
            response = call(client)
            answer["status"] = response.status_code
            answer["error"] = describe(getattr(response, "error", None))
            if recorded[-1]["exception"] is None:
                answer["content"] = content_of(response)
        except Exception as error:
            answer["raised"] = describe(error)
        seen.append(answer)
        gevent.sleep(0.3)  # until a connection that was closed behind our back is known to be
    return {
        "seen": seen,
        "recorded": [(keywords["response_length"], describe(keywords["exception"])) for keywords in recorded],
        "rows": sorted((row.to_name(), row.occurrences) for row in environment.stats.errors.values()),
        "counts": (environment.stats.total.num_requests, environment.stats.total.num_failures),
    }


def main() -> None:
    table = cases()
    # Those that run into a short limit, last: until then the others keep everybody busy.
    timed = {name for name in table if " silent" in name or " slow_" in name or "full_backlog" in name}
    met = {}
    for crowd in (table.keys() - timed, timed):
        started = pool.Pool(len(crowd))
        met |= {name: started.spawn(meet, *table[name]) for name in table if name in crowd}
        started.join()
    print(json.dumps({name: greenlet.value for name, greenlet in met.items()}))


main()
