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

SIGNALS_IN_TASKS = ("SIGINT from a task", "SIGTERM from a task")
SHAPES = (
    "shape of pairs",
    "shape that chooses classes",
    "several shapes",
    "shape that raises",
    "shape that waits for its users",
)

DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        aspects=("requests",),
        reason="printing the statistics as JSON leaves them as they are; Locust empties the rows that it prints",
        locust=r".*: 0 requests, 0 failures",
        ours=r"(?!Aggregated).*: \d+ requests, \d+ failures",
        cases=("statistics as JSON",),
    ),
    Difference(
        aspects=("log",),
        reason="a mistake in the choice of files is one line on stderr",
        locust=r"ERROR locust.main: No User class found!",
        cases=("file without users",),
    ),
    Difference(
        aspects=("console headings", "error report", "requests"),
        reason="a JSON file does not replace the tables on the console",
        ours=r".*",
        cases=("statistics in a JSON file",),
    ),
    Difference(
        aspects=("log",),
        reason="the time of a run with a shape is the shape's; Locust says that it limits it, when the shape has ended",
        locust=r"INFO locust.main: Run time limit set to .*",
        cases=(*SHAPES, "shape that uses the options"),
    ),
    Difference(
        aspects=("log",),
        reason="the same warning without the address of a manual",
        locust=r"WARNING locust.main: --run-time, .* explicitly reads them\. See: .*",
        ours=r"WARNING locust.main: --run-time, .* explicitly reads them\.",
        cases=SHAPES,
    ),
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
        locust=r" ?Aggregated: .*|history.*",
        ours=r".*",
        cases=(*EXITS_IN_USER_CODE, "run ended by the model"),
    ),
    Difference(
        aspects=("csv failures", "error report"),
        reason="libcurl does not say which bytes it took for the length of a chunk",
        locust=r".*GET bad_chunk: ChunkedEncodingError.*InvalidChunkLength.*",
        ours=r".*GET bad_chunk: ChunkedEncodingError.*chunked-encoding.*",
        cases=("broken servers",),
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
        aspects=("csv requests", "csv form"),
        reason="the CSV files are written once more at the end. Locust leaves them as they were.",
        locust=r".*",
        ours=r".*",
        cases=SIGNALS_IN_TASKS,
    ),
    Difference(
        aspects=("log",),
        reason="Locust's own writer of CSV files may write to a closed file while a listener of quit waits",
        locust=r"CRITICAL locust.main: Unhandled exception in greenlet: <Greenlet>",
        cases=("work that outlasts the test",),
        always=False,
    ),
    Difference(
        aspects=("trace",),
        reason="a user in whose task SIGINT arrives is stopped like the others. With Locust it is gone at once.",
        ours=r"on_stop",
        cases=("SIGINT from a task",),
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
        aspects=("error report",),
        reason="where a connection was refused is said in the words of another urllib3",
        locust=r".*'<urllib3.connection.HTTPConnection object at 0x...>: Failed to establish a new connection: .*",
        ours=r".*\"HTTPConnection\(host=.*\): Failed to establish a new connection: .*",
        cases=("legacy failures",),
    ),
    Difference(
        aspects=("server forms",),
        reason="requests without a body other than GET and HEAD say Content-Length: 0",
        locust=r"(DELETE|PURGE) [^|]* \[accept-encoding: <encodings> \| cookie: .*",
        ours=r"(DELETE|PURGE) .* content-length: 0 .*",
        cases=("legacy fast client",),
    ),
    Difference(
        aspects=("server connections",),
        reason="the connection is kept after a response without a body",
        locust=r"\d",
        ours=r"1",
        cases=("legacy fast client",),
    ),
    Difference(
        aspects=("tracebacks",),
        reason="what is wrong with a model is said in other words",
        locust=r"\d x LocustError: .*",
        ours=r"\d x LocustError: .*",
        cases=("legacy exceptions", "legacy control flow"),
    ),
    Difference(
        aspects=("tracebacks", "trace"),
        reason="for want of tasks the exception is that of Locust 2",
        locust=r".* IndexError.*",
        ours=r"\d x LocustError: No tasks .*|error Empty LocustError True",
        cases=("legacy exceptions",),
    ),
    Difference(
        aspects=("requests", "csv requests", "csv failures", "error report", "stdout"),
        reason="a response may have more than a hundred header lines; Locust fails because Python's http.client does",
        locust=r".*many_headers.*|GET many_headers: .*|Aggregated: .*|.* more than 100 headers.*"
        r"|True|asking whether it is ok raises ConnectionError",
        ours=r".*many_headers.*|Aggregated: .*|True|asking whether it is ok raises ConnectionError",
        cases=("broken servers",),
    ),
    Difference(
        aspects=("server connections",),
        reason="a response whose hook has put another in its place has been read here, so its connection is free again",
        locust=r"\d+",
        ours=r"1",
        cases=("response hooks that replace and raise",),
    ),
    Difference(
        aspects=("server connections",),
        reason="`with client.get(stream=True)` works without catch_response=True, and what is read frees a connection",
        locust=r"5",
        ours=r"3",
        cases=("a session in an SDK",),
    ),
    Difference(
        aspects=("log", "stdout"),
        reason="`with client.get(...)` without catch_response=True works, with a warning, as it did in most versions",
        locust=r"download: raises LocustError ",
        ours=r"download: 20000|WARNING locust.clients: A response is used in a with-block .*",
        cases=("a session in an SDK",),
    ),
    Difference(
        aspects=("log",),
        reason="the texts are those of the installed urllib3",
        locust=r"WARNING urllib3.connectionpool: Retrying .*",
        ours=r"WARNING urllib3.connectionpool: Retrying .*",
        cases=("mounted adapters",),
    ),
    Difference(
        aspects=("server forms", "stdout"),
        reason="a session or a request without a User-Agent sends none; urllib3 adds its own name",
        locust=r".* user-agent: <agent> \| x-(own|manual|plain): .*"
        r"|.*\['accept-encoding', 'host', 'user-agent', 'x-(own|plain)'\]",
        ours=r".* x-(own|manual|plain): .*|.*\['accept-encoding', 'host', 'x-(own|plain)'\]",
        cases=("prepared requests", "bodies and headers of every form"),
    ),
    Difference(
        aspects=("stdout",),
        reason="a form of nothing is a body of length 0; Locust's is sent in chunks, of which there are none",
        locust=r"data 1[68]: \('', 'application/x-www-form-urlencoded', None, ''\)",
        ours=r"data 1[68]: \('', 'application/x-www-form-urlencoded', '0', ''\)",
        cases=("bodies and headers of every form",),
    ),
    Difference(
        aspects=("server forms", "stdout"),
        reason="requests without a body say so, but for GET and HEAD",
        locust=r"(DELETE|OPTIONS|PROPFIND|REPORT) /echo \[(?!.*content-length).*"
        r"|(delete|options|request|lower case): \(.*|(DELETE|OPTIONS) 301 .*",
        ours=r"(DELETE|OPTIONS|PROPFIND|REPORT) /echo \[.* content-length: 0 .*"
        r"|(delete|options|request|lower case): \(.*'content-length': '0'.*|(DELETE|OPTIONS) 301 .* 0 1",
        cases=("rules of redirects", "fast requests"),
    ),
    Difference(
        aspects=("server connections",),
        reason="every response is read to its end, so that its connection serves again; Locust makes one more",
        locust=r"3",
        ours=r"2",
        cases=("rules of redirects",),
    ),
    Difference(
        aspects=("server connections",),
        reason="a header that cannot be encoded costs Locust a connection",
        locust=r"5",
        ours=r"2",
        cases=("bodies and headers of every form",),
    ),
    Difference(
        aspects=("server connections",),
        reason="a streamed response that has arrived gives its connection back, read or not",
        locust=r"13",
        ours=r"\d+",
        cases=("responses that are streamed",),
    ),
    Difference(
        aspects=("server connections",),
        reason="a streamed response that has been read gives its connection back to requests of every kind",
        locust=r"6",
        ours=r"5",
        cases=("prepared requests",),
    ),
    Difference(
        aspects=("server connections",),
        reason="Locust's fast client has spare connections",
        locust=r"\d",
        ours=r"\d",
        cases=(
            "fast cookies",
            "fast failures",
            "fast rest",
            "fast streams",
            "fast connections that are shared",
        ),
        always=False,
    ),
    Difference(
        aspects=("csv failures", "error report"),
        reason="an exception in the block of rest() is placed in the model, not in the code that calls it",
        locust=r".* GET (rescheduling|response error): .*",
        ours=r".* GET (rescheduling|response error): .* at <models>/fast_rest.py:.*",
        cases=("fast rest",),
    ),
)
