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
