"""Where the CPU time of a plain request goes, by perf: shares of groups of functions, by thread."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from cost import GENERATOR_CORE, SERVER_CORE, Load, measure
from generators import BenchmarkError, Generator, Run, locust_like, our_binary, require
from nginx import Nginx
from report import first_line, surroundings, table

USERS = 100
FREQUENCY_HZ = 4000
MOST = 20
KERNEL = {
    "eventfd": "kernel: wake-ups",
    "futex": "kernel: wake-ups",
    "timerfd": "kernel: timers",
    "epoll": "kernel: epoll",
    "poll": "kernel: epoll",
    "send": "kernel: send",
    "sock_write": "kernel: send",
    "recv": "kernel: receive",
    "sock_read": "kernel: receive",
}
"""By part of a name in the chain of calls, the innermost first; the first that fits counts."""
OBJECTS = {
    "libcurl": "libcurl",
    "libssl": "OpenSSL",
    "libcrypto": "OpenSSL",
    "libpython": "Python, greenlet, gevent",
    "greenlet": "Python, greenlet, gevent",
    "gevent": "Python, greenlet, gevent",
    "locust-nest": "ours",
    "libc.so": "C library: memory, strings",
    "libstdc++": "C++ library",
    "vdso": "clock",
}
OTHER_KERNEL, OTHER = "kernel: rest", "rest"


@dataclass(frozen=True)
class Sample:
    thread: str
    frames: tuple[tuple[str, str], ...]
    """(function, file), the innermost first."""

    def group(self) -> str:
        _, file = self.frames[0]
        if "kernel" not in file:
            return next((group for part, group in OBJECTS.items() if part in file), OTHER)
        for function, origin in self.frames:
            if "kernel" in origin:
                for part, group in KERNEL.items():
                    if part in function:
                        return group
        return OTHER_KERNEL


def samples(text: str) -> Iterator[Sample]:
    """Of what `perf script -F comm,ip,sym,dso` prints: a thread, then its frames, one a line."""
    for block in text.split("\n\n"):
        thread, *lines = block.strip().splitlines() or [""]
        frames = [
            found.groups() for line in lines if (found := re.match(r"\s*[0-9a-f]+ (.*) \((.*)\)$", line))
        ]
        if frames:
            yield Sample(thread.strip(), tuple(frames))


def record(generator: Generator, server: Nginx, seconds: int) -> list[Sample]:
    command = generator.fill(url=server.url, users=USERS, seconds=600)
    with Run(command, GENERATOR_CORE) as run:
        run.await_text(generator.ready, 60)
        time.sleep(2.0)
        what = ["-e", "cpu-clock", "-F", str(FREQUENCY_HZ), "-g", "-p", str(run.process.pid), "-o", "samples"]
        perf(run, "record", "-q", *what, "--", "sleep", str(seconds))
        run.check_alive()
        return list(samples(perf(run, "script", "-i", "samples", "-F", "comm,ip,sym,dso")))


def perf(run: Run, *arguments: str) -> str:
    done = subprocess.run(
        ["perf", *arguments], cwd=run.folder, capture_output=True, text=True, errors="replace", timeout=300
    )
    if done.returncode != 0:
        raise BenchmarkError(f"perf {' '.join(arguments)}: {done.stderr[-1000:]}")
    return done.stdout


def benchmark(options: argparse.Namespace) -> int:
    require(our_binary())
    if shutil.which("perf") is None:
        raise BenchmarkError("perf is not installed (Debian's package linux-perf)")
    generator = locust_like("locust-nest", our_binary(), "http_user.py", *options.option)
    print(surroundings(first_line("perf", "--version")))
    print("\n" + " ".join(generator.fill(url="URL", users=USERS, seconds="N")), flush=True)
    with Nginx(SERVER_CORE) as server:
        found = record(generator, server, 4 if options.quick else 12)
        cost = measure(generator, server, server.url, Load(USERS, window_s=2.0 if options.quick else 5.0))
    threads = dict(sorted(Counter(sample.thread for sample in found).items()))
    groups = Counter(sample.group() for sample in found)
    each = Counter((sample.group(), sample.thread) for sample in found)
    us = cost.us_per_request / len(found)
    rows = [
        [group, f"{count / len(found):.1%}", f"{count * us:.2f}"]
        + [f"{each[group, thread] * us:.2f}" for thread in threads]
        for group, count in groups.most_common()
    ]
    rows.append(["all", "100.0%", f"{cost.us_per_request:.2f}", *(f"{n * us:.2f}" for n in threads.values())])
    print(
        f"\n{len(found)} samples; {cost.us_per_request:.1f} us of CPU per request (not while perf watches)\n"
    )
    print(table(["", "share", "us per request", *threads], rows))
    functions = Counter((sample.frames[0][0], sample.group()) for sample in found)
    print("\nthe functions that take most:")
    for (function, group), count in functions.most_common(MOST):
        print(f"{count * us:6.2f} us  {group}: {function}")
    return 0
