# Type stubs of the native module built into the binary.
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

__version__: str


class UsageError(Exception):
    """A mistake the user can mend; `str()` is one complete line."""

    exit_code: int
