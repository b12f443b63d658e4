# Type stubs of the native module built into the binary.
from collections.abc import Callable, Iterable, Mapping, Sequence
from http.cookiejar import Cookie, CookieJar, CookiePolicy
from typing import Any

__version__: str

class UsageError(Exception):
    """A mistake the user can mend; `str()` is one complete line."""

    exit_code: int

# --- engine

class ConnectionSettings:
    """How a connection is made; requests with equal settings share connections.

    `ca_path`: PEM file, or directory ending in "/"; "": libcurl's own. `proxy`: URL, "": none.
    """

    def __init__(
        self,
        *,
        verify: bool = True,
        ca_path: str = "",
        client_cert: str = "",
        client_key: str = "",
        proxy: str = "",
    ) -> None: ...

class Exchange:
    """A request and what came of it. Times in milliseconds, stamped by the I/O thread."""

    @property
    def status(self) -> int: ...
    @property
    def version(self) -> int: ...
    @property
    def reason(self) -> str: ...
    @property
    def headers(self) -> list[tuple[str, str]]: ...
    @property
    def headers_by_name(self) -> dict[str, tuple[str, str]]: ...
    @property
    def has_set_cookie(self) -> bool: ...
    @property
    def body(self) -> bytes: ...
    @property
    def body_length(self) -> int:
        """How many bytes came, kept or not."""
    @property
    def is_cut(self) -> bool:
        """Whether `body` is only the first part of what came."""
    @property
    def method(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def request_headers(self) -> list[tuple[str, str]]: ...
    @property
    def request_body(self) -> bytes | str | None: ...
    @property
    def response_time_ms(self) -> float: ...
    @property
    def elapsed_ms(self) -> float:
        """Until the end of the response's header."""
    @property
    def parts_ms(self) -> tuple[float, float, float, float, float, float, float]:
        """queue, dns, connect, tls, send, first_byte, download; all but the first add up to response_time_ms."""
    @property
    def failure(self) -> tuple[str, int, str] | None:
        """(kind, errno or 0, message), or None for a complete response."""
    def header(self, name: str, /) -> str | None:
        """The response header of this name, joined by commas if it came several times."""
    def text(self, encoding: str, /) -> str:
        """The body in this encoding; what is invalid in it is replaced. LookupError for an unknown encoding."""

class StreamedExchange(Exchange):
    """A request under way and its response, in parts. What describes the response is there after `wait()`."""

    def wait(self) -> None:
        """Let other users run until the response's header (if its body is streamed) or the whole of it is there, or
        the request has failed.
        """
    def send(self, piece: bytes, /) -> bool:
        """Send the next bytes of the request's body; waits for room. False once no more are wanted."""
    def end_body(self) -> None:
        """The request's body is complete."""
    def read(self, limit: int, /) -> bytes:
        """Bytes of the response's body, at least one and at most so many; waits for them. Empty at its end."""
    def close(self) -> None:
        """Cancel what is still under way. Nothing is left to be read."""
    @property
    def has_header(self) -> bool: ...
    @property
    def is_complete(self) -> bool: ...
    @property
    def is_encoded(self) -> bool:
        """Whether `read` gives gzip or deflate, as it was sent; all else comes decoded."""
    @property
    def failure(self) -> tuple[str, int, str] | None:
        """As long as the body may still come: None."""

class RequestMethod:
    """A verb of a session class: the engine's work where a request says nothing unusual, else the function's."""

    def __init__(
        self, function: Callable[..., Any], method: str | None, follows_redirects: bool, /
    ) -> None: ...
    def __call__(self, session: Any, /, *args: Any, **kwargs: Any) -> Any: ...
    def __get__(self, session: Any, owner: type | None = None, /) -> Any: ...
    @property
    def __wrapped__(self) -> Callable[..., Any]: ...

class FastRequestMethod(RequestMethod):
    """The same for the sessions of FastHttpUser."""

class NativeMethod:
    """A method without Python where that is all there is to do, and else the function for which it stands.

    `step`: "no context", "wait of user" or "end if expired" of a user; "enter block", "leave block", "success" and
    "failure" of a response; "begin task set", "interrupt", "choose", "execute", "wait
    time", "wait", "sleep" and "run" of a task set;
    instead of these, "choose for user" and "execute for user" of that which runs a user's own tasks, "begin sequence"
    and "next in turn" of a sequence, "next of chain" of a Markov chain, "next by number" of a sequence of 0.x; "choose
    or leave" and "next or leave" of the task sets of -T.
    """

    def __init__(self, function: Callable[..., Any], step: str, /) -> None: ...
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
    def __get__(self, instance: Any, owner: type | None = None, /) -> Any: ...
    @property
    def __wrapped__(self) -> Callable[..., Any]: ...

def describe_responses(response: type, failure: type, response_error: type, fails_by_status: bool, /) -> None:
    """A class whose with-blocks are entered and left natively.

    A failure that is given as text becomes a `failure`; a `response_error` is one when it is raised in a block. Without
    a verdict a response fails by its status, or else by its `error` alone.
    """

def describe_statistics(stats: type, error: type, /) -> None:
    """The classes whose failures log_known_error() counts. Once."""

def log_known_error(stats: Any, method: str, name: str, error: Any, /) -> bool:
    """Count a failure whose kind is known; False if it is left to `stats.log_error`."""

def describe_sessions(
    session: type,
    response: type,
    listener: type,
    event: type,
    control_flow: tuple[type[BaseException], ...],
    report_broken_listener: Callable[[Exception], None],
    default_headers: Any,
    make_json_encoder: Callable[[], Callable[[Any, int], Iterable[str]]],
    record: Callable[..., bool],
    connection_settings: Callable[[bool | str, Any, str], ConnectionSettings],
    normalize_url: Callable[[str], str],
    basic_auth: type,
    http_error: type[Exception],
    /,
) -> None:
    """What `RequestMethod` works with; once, before the first request. See bindings/request_method.h."""

def describe_fast_sessions(
    session: type,
    agent: type,
    response: type,
    caught_response: type,
    accept_encoding: str,
    make_json_encoder: Callable[[], Callable[[Any, int], Iterable[str]]],
    encode_form: Callable[[Any], str],
    /,
) -> None:
    """What `FastRequestMethod` works with, besides what `describe_sessions` is told; once, before the first request."""

def describe_cookies(
    requests_jar: CookieJar,
    plain_jar: CookieJar,
    policy: CookiePolicy,
    cookie: type[Cookie],
    header_for: Callable[[Any, Any, str, str], str | None],
    /,
) -> None:
    """New jars, a policy that was told nothing, the class of cookies, and who makes a header of all others. Once."""

def take_cookies(jar: CookieJar, exchange: Any, heeds_host: bool, /) -> bool:
    """Let `jar` have what a response sets; False if it has to take it itself.

    With `heeds_host` the request's Host header counts more than its URL.
    """

def cookies_for(jar: CookieJar, url: str, /) -> str | None:
    """The Cookie header that `jar` would add for an URL; `NotImplemented` if it has to be asked itself."""

class HttpClient:
    """One user's connections, made from `local_address`; `dns_ttl` in seconds, instead of that of all."""

    def __init__(self, local_address: str = "", dns_ttl: float | None = None) -> None: ...
    @property
    def local_address(self) -> str: ...
    awaits_continue: bool
    """Whether an Expect header keeps a body back until the server asks for it."""
    # What is spoken where the server can, as in `Exchange.version`: 11, 20 or 30. Setting another one closes the
    # connections; ValueError for what libcurl does not have.
    http_version: int

    def perform(
        self,
        method: str,
        url: str,
        is_normalized: bool,
        base_headers: Any,
        headers: Any,
        body: bytes | str | None,
        connect_timeout: float | None,
        read_timeout: float | None,
        settings: ConnectionSettings | None,
        content_type: str | None,
        authorization: str | None,
        cookies: str | CookieJar | tuple[CookieJar | None, Any] | None,
        max_body_size: int | None,
        /,
    ) -> Exchange:
        """Send a request and let other users run until its response is complete.

        `headers` (a dict, or a list of bytes pairs taken as they are) go on top of `base_headers`; the three arguments
        that follow `settings` become headers, `content_type` and `cookies` only where there is none. `cookies` are a
        header's text, or a session's jar, alone or with the cookies of the request itself. `NotImplemented` when the
        URL is not plain (and `is_normalized` does not say that it has been seen to) or a header is unusual.
        OverflowError for a negative `max_body_size`.
        """
    def start(
        self,
        method: str,
        url: str,
        is_normalized: bool,
        base_headers: Any,
        headers: Any,
        body: bytes | str | None,
        connect_timeout: float | None,
        read_timeout: float | None,
        settings: ConnectionSettings | None,
        content_type: str | None,
        authorization: str | None,
        cookies: str | CookieJar | tuple[CookieJar | None, Any] | None,
        max_body_size: int | None,
        streams_response: bool,
        body_length: int | None,
        /,
    ) -> StreamedExchange:
        """Like `perform`, but return at once; with `streams_response` the response's body is read from it.

        With a `body_length` (-1: unknown, sent in chunks) the request's body is what is given to its `send`.
        """
    def close(self) -> None:
        """Close the connections; the next request opens new ones."""

def begin_anew_in_child() -> None: ...
def attach_hub() -> None:
    """Let gevent's loop wake our users. Once, on the main thread, after monkey-patching."""

def set_name_settings(
    *, time_to_live: float, rotate: bool, overrides: Sequence[tuple[str, int, Sequence[str]]]
) -> None:
    """How names become addresses, for users that send their first request from now on.

    An answer counts for `time_to_live` seconds; with 0 each connection looks up for itself. With `rotate`, connections
    begin with one address after the other. `overrides`: host, port (0 for all of them), and numeric addresses.
    """

def set_io_threads(count: int) -> None:
    """How many I/O threads carry out the requests, instead of what is chosen from the cores; before the first request.

    Users are spread evenly over them.
    """

def set_http_transport(*, direct: bool) -> None:
    """What carries HTTP/1.1 for users that send their first request from now on: this program, or libcurl."""

def set_default_settings(settings: ConnectionSettings) -> None:
    """What requests without settings of their own use."""

def shutdown() -> None:
    """End all requests and stop the I/O threads."""

def sleep(seconds: float, /) -> None:
    """Let other users run for so many seconds; 0: until they all had a turn."""

def begin_task(user: Any, task: Any, /) -> None:
    """From now on, the calling greenlet uses the thread for this task of this user. A task set is no task."""

def end_tasks() -> None:
    """The calling greenlet is done with its user's tasks."""

def pause(seconds: float, /) -> None:
    """The same between two tasks: 0 returns at once if others had their turn while the last one waited."""

def describe_task_sets(
    task_set: type,
    queue: Callable[[], Any],
    running: str,
    waiting: str,
    stopping: str,
    interrupted: type[Exception],
    reschedule: type[Exception],
    reschedule_immediately: type[Exception],
    endings: tuple[type[BaseException], ...],
    random: Any,
    /,
) -> None:
    """What the steps of task sets work with: see `NativeMethod`. Once, when the class has them.

    `queue` makes that of scheduled tasks; `running`, `waiting` and `stopping` are the states of a user; `endings` are
    the exceptions that end one. Tasks are chosen with the numbers that the module `random` would take.
    """

class WaitTime:
    """How long to wait: called with the user or task set, or a method of either.

    It looks up `random` and `perf_counter` in `space` as a function would: the same seed gives the same numbers.
    """

    def __init__(self, kind: str, space: dict[str, Any], first: Any, second: Any = ..., /) -> None:
        """`kind`: between (two parameters), constant, constant_pacing or poisson (one)."""

    def __call__(self, instance: Any) -> Any: ...
    def __get__(self, instance: Any, owner: type | None = None, /) -> Any: ...
    def __copy__(self) -> WaitTime: ...
    def __deepcopy__(self, memo: Any, /) -> WaitTime: ...
    @property
    def __signature__(self) -> Any: ...
    @property
    def __name__(self) -> str: ...

def drain() -> None:
    """Resume whoever is due. Called by the event loop, in its hub."""

def check_switch(event: str, args: Any, /) -> None:
    """A function for `greenlet.settrace` that aborts on switches which are not allowed."""

# --- load
class UserDispatcher:
    """Chooses user classes in Locust's deterministic order; see src/load/user_dispatcher.h."""

    def __init__(self, classes: list[tuple[str, float, int]]) -> None:
        """`classes`: (name, weight, fixed_count); raises ValueError for two classes of one name."""

    def add(self, count: int) -> list[str]:
        """The names of the next users to start; fewer when nothing is left to choose from."""

    def remove(self, count: int) -> list[str]:
        """The names of the users to stop, the most recently added first."""

    def counts(self) -> dict[str, int]: ...
    @property
    def total(self) -> int: ...

class Ramp:
    """When each user of a ramp is due: user k (from 0) `k / rate` seconds after the beginning."""

    def __init__(self, current: int, target: int, rate: float) -> None: ...
    def step(self, done: int, elapsed_s: float, since_last_s: float = 0.0) -> int:
        """How many users to start (or stop) now, if `done` were.

        `since_last_s`: how long ago the last step was, if that one was late already.
        """

    def is_late(self, done: int, elapsed_s: float) -> bool:
        """Whether there are users to start (or stop) now, if `done` were."""

    def pause(self, done: int, elapsed_s: float, since_last_s: float) -> float:
        """Seconds until the next step, if the last one was `since_last_s` ago."""

    @property
    def steps(self) -> int:
        """How many users there are to start or stop in all."""

# --- process
class DependencySpec:
    """What a configuration says about one helper process; see src/process/dependency_spec.h."""

    def __init__(
        self,
        *,
        name: str,
        command: list[str],
        cwd: str = "",
        env: Mapping[str, str] = ...,
        ready: Mapping[str, str] | None = None,
        timeout_s: float = 10.0,
        required: bool = True,
    ) -> None:
        """`ready`: one of {"http": url}, {"tcp": "host:port"}, {"log": pattern}. Raises UsageError."""

    @property
    def name(self) -> str: ...
    @property
    def command(self) -> list[str]: ...
    @property
    def cwd(self) -> str: ...
    @property
    def env(self) -> list[tuple[str, str]]: ...
    @property
    def timeout_s(self) -> float: ...
    @property
    def required(self) -> bool: ...

class DependencyState:
    STARTING: DependencyState
    READY: DependencyState
    TIMED_OUT: DependencyState
    DIED: DependencyState
    STOPPING: DependencyState
    STOPPED: DependencyState

class DependencyStatus:
    @property
    def name(self) -> str: ...
    @property
    def state(self) -> DependencyState: ...
    @property
    def reason(self) -> str:
        """Why it timed out or how it died, as the rest of a sentence: "exited with status 1"."""

    @property
    def required(self) -> bool: ...
    @property
    def pid(self) -> int: ...
    @property
    def last_output(self) -> list[str]: ...

class Supervisor:
    """Starts, watches and stops helper processes from a thread of its own; see src/process/supervisor.h."""

    def __init__(self, log_path: str) -> None:
        """Begins the log of the processes' output; raises UsageError if it cannot be written."""

    def start(self, spec: DependencySpec) -> None:
        """Returns once the command is executed, mostly within milliseconds; raises UsageError."""

    def poll(self) -> list[DependencyStatus]: ...
    def begin_stop(self, grace_s: float = 5.0) -> None:
        """Asks for the end of all, last started first. Returns at once; a second call can only hurry."""

    def wait_stopped(self, timeout_s: float) -> bool:
        """Blocks the thread, not the GIL, until all have stopped or the time is up."""

    def stop_all(self, grace_s: float = 5.0) -> None: ...
    def log_error(self) -> str: ...

# --- stats
_Counts = list[tuple[float, int]]

class StatsEntry:
    """Statistics of one (name, method). Times are Unix seconds, response times milliseconds."""

    name: str
    method: str
    use_response_times_cache: bool
    num_requests: int
    num_none_requests: int
    num_failures: int
    total_response_time: float
    min_response_time: float | None
    max_response_time: float
    total_content_length: float
    start_time: float
    last_request_timestamp: float | None
    response_times: _Counts
    num_reqs_per_sec: list[tuple[int, int]]
    num_fail_per_sec: list[tuple[int, int]]
    response_times_cache: list[tuple[int, _Counts, int, int]]
    @property
    def has_response_times(self) -> bool: ...
    def __init__(self, name: str, method: str, use_response_times_cache: bool, now: float, /) -> None: ...
    def set_response_times(self, key: float, count: int, /) -> None: ...
    def set_num_reqs_per_sec(self, key: int, count: int, /) -> None: ...
    def set_num_fail_per_sec(self, key: int, count: int, /) -> None: ...
    def log(
        self,
        response_time: float | None,
        content_length: float,
        now: float,
        window: int,
        bucket: float | None = None,
    ) -> None: ...
    def log_error(self, now: float, /) -> None: ...
    def reset(self, now: float, /) -> None: ...
    def extend(self, other: StatsEntry, window: int, /) -> None: ...
    def cache_response_times(self, second: int, window: int, /) -> None: ...
    def fail_ratio(self) -> float: ...
    def avg_response_time(self) -> float: ...
    def median_response_time(self) -> float: ...
    def avg_content_length(self) -> float: ...
    def response_time_percentile(self, fraction: float, /) -> float: ...
    @property
    def phases(self) -> tuple[int, float, float, float]:
        """How many requests' phases are known; the sums of connecting, waiting and receiving, in milliseconds."""
    def generator_delays(self, fractions: list[float], /) -> tuple[int, list[float], float]:
        """Milliseconds from a complete response until its user went on: of how many requests they are known, within
        what times these fractions of them lie, and the longest."""
    @property
    def is_precise(self) -> bool:
        """Whether the two below know all times to half a percent; else they are made of the buckets."""
    def distribution(self) -> list[tuple[float, float, int]]:
        """(from, to, count) of the samples, ascending, in milliseconds."""
    def precise_percentiles(self, fractions: list[float], /) -> list[float]: ...
    def current_response_time_percentile(
        self, fraction: float, now: float, window: int, /
    ) -> float | None: ...
    def current_rps(self, start: float, last: float | None, /) -> float: ...
    def current_fail_per_sec(self, start: float, last: float | None, /) -> float: ...
    def total_rps(self, start: float, last: float | None, /) -> float: ...
    def total_fail_per_sec(self, start: float, last: float | None, /) -> float: ...

class StatsError:
    method: str
    name: str
    text: str
    display: str
    occurrences: int
    first_seen: float | None
    last_seen: float | None
    def __init__(
        self,
        method: str,
        name: str,
        text: str,
        display: str,
        occurrences: int,
        first_seen: float | None,
        last_seen: float | None,
        /,
    ) -> None: ...
    def occurred(self, now: float, /) -> None: ...

class Timeline:
    """A run cut into at most 600 intervals, at first as long as given (seconds)."""

    def __init__(self, shortest: float, /) -> None: ...
    def record(self, now: float, users: int, total: StatsEntry, /) -> None:
        """To be called as often as an interval is long; a `total` that was reset starts anew."""
    def finish(self, now: float, users: int, total: StatsEntry, /) -> None:
        """End the present interval, however short."""
    def clear(self) -> None: ...
    def intervals(self, fractions: list[float], /) -> list[tuple[float, float, int, int, int, list[float]]]:
        """(from, to, users, requests, failures, percentiles of the response times in milliseconds).

        The percentiles are precise; none where no request's time is known precisely.
        """

class RequestStats:
    # The name of the entry of all further names.
    OVERFLOW_NAME: str
    # The key of the error that stands for all further kinds.
    OVERFLOW_ERROR: str
    # With so many, requests of other names are counted in that entry.
    max_entries: int
    percentile_window: int
    total: StatsEntry
    def __init__(self, use_response_times_cache: bool, now: float, /) -> None: ...
    def put(self, name: str, method: str, entry: StatsEntry, /) -> None: ...
    def erase(self, name: str, method: str, /) -> None: ...
    def put_error(self, key: str, error: StatsError, /) -> None: ...
    def erase_error(self, key: str, /) -> None: ...
    def log_error(self, method: str, name: str, now: float, /) -> None: ...
    def remember_error(self, method: str, name: str, text: str, key: str, /) -> None:
        """Failures with this text are known, from now on, to be those of the error with this key."""
    def log_phases(self, method: str, name: str, response_time: float, exchange: Any, /) -> None:
        """Where the time of an `Exchange` went; nothing for anything else."""
    def log_request(
        self,
        method: str,
        name: str,
        response_time: float | None,
        content_length: float,
        now: float,
        bucket: float | None = None,
    ) -> None: ...

def bucket_response_time(response_time: float, /) -> int: ...
def request_recorder(
    namespace: dict[str, Any], /
) -> Callable[[RequestStats | None, str, str, float | None, float, Any], bool]: ...

# --- report
def request_row(
    entry: StatsEntry, start: float, last: float | None, current: bool, type_width: int, name_width: int, /
) -> str: ...
def request_table(stats: RequestStats, current: bool, type_width: int, name_width: int, /) -> list[str]: ...
def percentile_row(entry: StatsEntry, fractions: list[float], type_width: int, name_width: int, /) -> str: ...
def percentile_table(
    stats: RequestStats, fractions: list[float], type_width: int, name_width: int, /
) -> list[str]: ...
def error_table(stats: RequestStats, type_width: int, name_width: int, /) -> list[str]: ...
def percent_label(fraction: float, /) -> str: ...
def utc_timestamp(time: float, /) -> str: ...
def replace_file(path: str, content: bytes, /) -> int:
    """Replace a file as a whole, or write what cannot be replaced in place; 0, or the errno of why not."""

class RunCsv:
    """The four CSV files of a run. Problems with the disk are returned as lines, never raised."""

    def __init__(self, prefix: str, fractions: list[float], every_entry: bool, /) -> None: ...
    def write(
        self,
        stats: RequestStats,
        now: float,
        user_count: int,
        exceptions: list[tuple[int, str, str, str]],
        with_history: bool,
        /,
    ) -> list[str]: ...
    def close(self) -> list[str]: ...

# --- cli
class NestConfig:
    """The weights and helper processes of a configuration file; see src/cli/nest_config.h."""

    def resolve(
        self,
        users: Sequence[tuple[str, str, float | None]],
        tasksets: Sequence[tuple[str, str, float | None]],
    ) -> tuple[list[float], list[float]]:
        """The weight of each (file, class, own weight); raises UsageError for a key that fits none of them."""

    @property
    def dependencies(self) -> list[DependencySpec]: ...
    @property
    def warnings(self) -> list[str]:
        """What does not add up but hinders nothing."""

def stdout_was_closed() -> bool: ...
def load_nest_config(path: str) -> NestConfig:
    """Read a configuration file; raises UsageError with file, line and column."""

# --- watch

def watch_for_stalls(limit_s: float, signal_number: int) -> None:
    """From now on the calling thread gets the signal when it has neither called beat() nor resumed a user for so long;
    once for each such time. Replaces an earlier watch."""

def thread_use() -> list[tuple[type | None, Any, int, float, float]]:
    """Who has used the Python thread since the process began: class of the user, code of the task (or, of what is no
    function, its type), number of turns, their seconds together, and the longest. The first is of all others that the
    engine resumed."""

def io_thread_use() -> list[float]:
    """Seconds that each I/O thread has been on a processor since it began, in the order in which they began."""

def look_for_stalls_again() -> None: ...
def beat() -> None:
    """Tells the watch that the event loop turns."""
