"""`locust.stats.global_stats`, the only statistics there were until 0.14."""

from __future__ import annotations

from typing import Any


class GlobalStats:
    """Stands for the statistics of this process's runner, whichever that is when it is asked.

    Models import it before there is a runner; until then it is empty.
    """

    def __init__(self) -> None:
        self.__dict__["_before_any_runner"] = None

    def _present(self) -> Any:
        from . import runners
        from .stats import RequestStats

        if runners.locust_runner is not None:
            return runners.locust_runner.stats
        if self.__dict__["_before_any_runner"] is None:
            self.__dict__["_before_any_runner"] = RequestStats()
        return self.__dict__["_before_any_runner"]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._present(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._present(), name, value)
