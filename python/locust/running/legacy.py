"""What `runners.locust_runner` was asked for until 0.14, in today's terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..user.users import User

if TYPE_CHECKING:
    from ..env import Environment
    from ..population import UserGroup
    from ..stats import RequestStats

# Old name of an option: today's.
OPTIONS = {
    "num_clients": "num_users",
    "clients": "num_users",
    "hatch_rate": "spawn_rate",
    "no_web": "headless",
    "slave": "worker",
    "expect_slaves": "expect_workers",
    "port": "web_port",
    "csvfilebase": "csv_prefix",
    "show_version": "version",
}


class LegacyOptions:
    """The options of the command line under the names of every era, to be read and assigned."""

    def __init__(self, parsed_options: Any) -> None:
        object.__setattr__(self, "_parsed_options", parsed_options)

    def __getattr__(self, name: str) -> Any:
        options = object.__getattribute__(self, "_parsed_options")
        if name in OPTIONS and not hasattr(options, name):
            name = OPTIONS[name]
        return getattr(options, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._parsed_options, OPTIONS.get(name, name), value)


class LegacyNames:
    """The part of a runner that answers to its old names."""

    environment: Environment
    user_greenlets: UserGroup
    target_user_count: int
    spawning_greenlet: Any
    # Users per second of the latest start.
    spawn_rate: float

    @property
    def locusts(self) -> UserGroup:
        return self.user_greenlets

    @property
    def hatching_greenlet(self) -> Any:
        return self.spawning_greenlet

    @property
    def locust_classes(self) -> list[type[User]]:
        return self.environment.user_classes

    @property
    def request_stats(self) -> Any:
        """The entries by name and method (0.x)."""
        stats: RequestStats = self.environment.stats
        return stats.entries

    @property
    def num_clients(self) -> int:
        return self.target_user_count

    @property
    def hatch_rate(self) -> float:
        return self.spawn_rate

    @property
    def slave_count(self) -> int:
        return getattr(self, "worker_count", 0)

    @property
    def host(self) -> str | None:
        return self.environment.host

    @property
    def options(self) -> LegacyOptions:
        return LegacyOptions(self.environment.parsed_options)

    def start_hatching(
        self, locust_count: int | None = None, hatch_rate: float | None = None, wait: bool = False
    ) -> None:
        """`start`; None is as many, or as fast, as before."""
        self.start(
            self.target_user_count if locust_count is None else locust_count,
            self.spawn_rate if hatch_rate is None else hatch_rate,
            wait,
        )

    def start(
        self,
        user_count: int,
        spawn_rate: float,
        wait: bool = False,
        user_classes: list[type[User]] | None = None,
    ) -> None:
        raise NotImplementedError
