"""The parts of a master and of a worker: by name only, for tests are run by one process yet.

Code that never starts them may name them, derive from them and ask `isinstance`; their constructors refuse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from ..exception import LocustError
from .worker_nodes import WorkerNodes

if TYPE_CHECKING:
    from ..rpc import Message


def refuse(what: object) -> NoReturn:
    raise LocustError(f"{what}: tests of several processes are not supported yet")


class MasterMembers:
    """What the runner of a master has beyond others."""

    clients: WorkerNodes
    server: Any
    # In the order in which the workers came first.
    worker_indexes: dict[str, int]
    spawning_completed: bool

    @property
    def worker_count(self) -> int:
        """Workers that are there, whatever they do."""
        refuse("worker_count")

    @property
    def reported_user_classes_count(self) -> dict[str, int]:
        """Users of each class on all workers, as they last reported."""
        refuse("reported_user_classes_count")

    def rebalancing_enabled(self) -> bool:
        """Whether users are spread anew when a worker comes or goes."""
        refuse("rebalancing_enabled")

    def get_worker_index(self, client_id: str) -> int:
        """The number of a worker, from 0; -1 if there is no such worker."""
        refuse("get_worker_index")

    def check_stopped(self) -> None:
        """End the test if no worker has users any more."""
        refuse("check_stopped")

    def heartbeat_worker(self) -> NoReturn:
        """Count, for ever, the seconds since each worker was last heard of."""
        refuse("heartbeat_worker")

    def client_listener(self) -> NoReturn:
        """Receive the messages of the workers, for ever."""
        refuse("client_listener")

    def handle_message(self, client_id: str, msg: Message) -> None:
        """Do what a worker's message asks for."""
        refuse("handle_message")

    def reset_connection(self) -> None:
        """Open the socket anew."""
        refuse("reset_connection")


class WorkerMembers:
    """What the runner of a worker has beyond others."""

    client_id: str
    client: Any
    connected: bool
    worker_state: str
    # Unknown until the master has told it.
    worker_index: int = -1

    def connect_to_master(self) -> None:
        """Say that it is there until the master answers; `ConnectionError` if it does not."""
        refuse("connect_to_master")

    def reset_connection(self) -> None:
        """Open the socket anew."""
        refuse("reset_connection")

    def start_worker(self, user_classes_count: dict[str, int], **kwargs: Any) -> None:
        """Have so many users of each class from now on."""
        refuse("start_worker")

    def spawning_complete(self, user_count: int) -> None:
        """Tell the master how many users there are."""
        refuse("spawning_complete")

    def handle_message(self, msg: Message) -> None:
        """Do what the master's message asks for."""
        refuse("handle_message")

    def worker(self) -> NoReturn:
        """Receive the messages of the master, for ever."""
        refuse("worker")

    def heartbeat(self) -> NoReturn:
        """Tell the master at intervals that it is alive, for ever."""
        refuse("heartbeat")

    def heartbeat_timeout_checker(self) -> NoReturn:
        """End the process if the master has not been heard of for too long."""
        refuse("heartbeat_timeout_checker")

    def stats_reporter(self) -> NoReturn:
        """Send what was measured at intervals, for ever."""
        refuse("stats_reporter")

    def logs_reporter(self) -> NoReturn:
        """Send the lines of the log at intervals, for ever."""
        refuse("logs_reporter")
