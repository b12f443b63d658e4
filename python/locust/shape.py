"""Load shapes: how many users there should be, as a function of time."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from time import perf_counter
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from .runners import Runner

__all__ = ["LoadTestShape", "LoadTestShapeMeta", "Runner"]

# (users, spawn rate), and perhaps the classes to choose from; None ends the test.
Tick = tuple[int, float] | tuple[int, float, list[Any] | None] | None


def __getattr__(name: str) -> Any:
    if name == "Runner":  # which itself needs this module
        from .runners import Runner

        return Runner
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class LoadTestShapeMeta(ABCMeta):
    """Makes a shape concrete unless it says that it is abstract."""

    def __new__(
        mcs, classname: str, bases: tuple[type, ...], class_dict: dict[str, Any], **kwargs: Any
    ) -> LoadTestShapeMeta:
        class_dict.setdefault("abstract", False)
        return super().__new__(mcs, classname, bases, class_dict, **kwargs)


class LoadTestShape(metaclass=LoadTestShapeMeta):
    """Decides once a second how many users there are and how fast that number is reached.

    >>> class Stairs(LoadTestShape):
    ...     def tick(self):
    ...         step = int(self.get_run_time() // 30)
    ...         return (10 * (step + 1), 10) if step < 5 else None
    """

    # A base class, which is not run. Not inherited.
    abstract: ClassVar[bool] = True

    # The shape reads --users, --spawn-rate and --run-time itself.
    use_common_options: ClassVar[bool] = False

    # Set by the environment.
    runner: Runner | None = None

    def __init__(self) -> None:
        self.start_time = perf_counter()

    def reset_time(self) -> None:
        """Begin anew: the time of the run is 0."""
        self.start_time = perf_counter()

    def get_run_time(self) -> float:
        """Seconds since the test began."""
        return perf_counter() - self.start_time

    def get_current_user_count(self) -> int:
        """How many users there are now."""
        return self.runner.user_count if self.runner is not None else 0

    @abstractmethod
    def tick(self) -> Tick:
        """The users and the spawn rate per second from now on, perhaps a list of classes; None to stop."""
