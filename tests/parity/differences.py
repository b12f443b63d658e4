"""Where this program deliberately differs from Locust. Each entry is asserted: one that is gone fails too."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    aspects: tuple[str, ...]
    reason: str
    locust: str | None = None
    """Pattern (whole line) of what only Locust has."""
    ours: str | None = None
    """Pattern (whole line) of what only this program has."""
    cases: tuple[str, ...] | None = None
    """The cases it concerns; None for all of them."""
    always: bool = True
    """Whether it must show up in each of its cases; only in some if False."""

    def concerns(self, case: str) -> bool:
        return self.cases is None or case in self.cases


EXITS_IN_USER_CODE = ("sys.exit in a task", "sys.exit in a listener")

DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        aspects=("console headings", "requests", "log", "trace"),
        reason="sys.exit() in a model loses nothing here: users are stopped, the events are fired, the report comes. "
        "Locust is gone at once.",
        ours=r"Type     Name.*|-+(\|-+)+|Response time percentiles .*|\S+ .*: \d+ requests, \d+ failures"
        r"|Aggregated: .*|INFO locust.main: Shutting down \(exit code \d\)|test_stop|quitting|quit \d",
        cases=EXITS_IN_USER_CODE,
    ),
    Difference(
        aspects=("csv requests", "csv form", "csv failures"),
        reason="the CSV files are written once more at the end, so that they agree with the final table. Locust leaves "
        "them as they were up to a second before.",
        locust=r" ?Aggregated: .*|history: .*",
        ours=r".*",
        cases=(*EXITS_IN_USER_CODE, "run ended by the model"),
    ),
    Difference(
        aspects=("log",),
        reason="a mistake in the command line is one line on stderr, before anything is started",
        locust=r"ERROR locust.main: Unknown User\(s\): Lihgt|INFO locust.main: Starting .*",
        cases=("unknown class",),
    ),
    Difference(
        aspects=("csv failures", "error report"),
        reason="libcurl does not say which bytes it took for the length of a chunk",
        locust=r".*GET bad_chunk: ChunkedEncodingError.*InvalidChunkLength.*",
        ours=r".*GET bad_chunk: ChunkedEncodingError.*chunked-encoding.*",
        cases=("broken servers",),
    ),
    Difference(
        aspects=("server connections",),
        reason="a response with stream=True is read by urllib3, on a connection of its own",
        locust=r"1",
        ours=r"2",
        cases=("bodies",),
    ),
    Difference(
        aspects=("server forms",),
        reason="the cookies of a redirect are sent in another order",
        locust=r"GET /cookies .* cookie: session=u\d-token; flavour=oat .*",
        ours=r"GET /cookies .* cookie: flavour=oat; session=u\d-token .*",
        cases=("cookies and login",),
    ),
    Difference(
        aspects=("csv form", "csv headers", "csv requests"),
        reason="a run that an init listener ends leaves complete CSV files. Locust leaves empty ones.",
        ours=r".*",
        cases=("exceptions in init",),
    ),
    Difference(
        aspects=("log",),
        reason="users start evenly, one after the other, so some have ended when the last one starts. Locust starts "
        "all of a second at once.",
        locust=r"INFO locust.runners: All users spawned: .*",
        ours=r"INFO locust.runners: All users spawned: .*",
        always=False,
    ),
    Difference(
        aspects=("trace",),
        reason="a user that calls runner.quit() is stopped before test_stop is fired, as all others are. Locust fires "
        "test_stop while that user still runs.",
        locust=r"(on_stop|test_stop).*",
        ours=r"(on_stop|test_stop).*",
        cases=("run ended by the model",),
    ),
    Difference(
        aspects=("log", "csv exceptions"),
        reason="the same advice in other words",
        locust=r".*No tasks defined on (Tagged|Idle)\. .*",
        ours=r".*No tasks defined on (Tagged|Idle)\. .*",
        cases=("tags that leave nothing", "no tasks"),
    ),
    Difference(
        aspects=("log", "csv exceptions"),
        reason="the text for an address with an impossible port is that of the installed requests and urllib3",
        locust=r".*Failed to parse: .*",
        ours=r".*Failed to parse: .*",
        cases=("host on the command line wins",),
    ),
    Difference(
        aspects=("requests", "csv requests", "csv failures", "error report", "stdout"),
        reason="a response may have more than a hundred header lines; Locust fails because Python's http.client does",
        locust=r".*many_headers.*|GET many_headers: .*|Aggregated: .*|.* more than 100 headers.*"
        r"|True|asking whether it is ok raises ConnectionError",
        ours=r".*many_headers.*|Aggregated: .*|True|asking whether it is ok raises ConnectionError",
        cases=("broken servers",),
    ),
)
