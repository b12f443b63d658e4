# Type stubs of the native module built into the binary.
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

__version__: str


class UsageError(Exception):
    """A mistake the user can mend; `str()` is one complete line."""

    exit_code: int


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
    def due(self, elapsed_s: float) -> int:
        """How many users should have been started (or stopped) by now."""

    def next_due(self, elapsed_s: float) -> float:
        """Seconds until `due` grows; -1 when the ramp is complete."""

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
