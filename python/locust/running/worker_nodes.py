"""What a master knows of its workers."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping

from .states import STATE_INIT, STATE_MISSING, STATE_RUNNING, STATE_SPAWNING

# Heartbeats that may fail to come before a worker counts as missing.
HEARTBEAT_LIVENESS = 3


class WorkerNode:
    """One worker, as it last reported."""

    def __init__(
        self, id: str, state: str = STATE_INIT, heartbeat_liveness: int = HEARTBEAT_LIVENESS
    ) -> None:
        self.id = id
        self.state = state
        # Counts down to missing; every heartbeat sets it back.
        self.heartbeat = heartbeat_liveness
        self.cpu_usage = 0.0
        self.cpu_warning_emitted = False
        self.memory_usage = 0
        self.user_classes_count: dict[str, int] = {}

    @property
    def user_count(self) -> int:
        return sum(self.user_classes_count.values())


class WorkerNodes(MutableMapping[str, WorkerNode]):
    """The workers by their ids."""

    def __init__(self) -> None:
        self._worker_nodes: dict[str, WorkerNode] = {}

    def get_by_state(self, state: str) -> list[WorkerNode]:
        return [node for node in self.values() if node.state == state]

    @property
    def all(self) -> list[WorkerNode]:
        return list(self.values())

    @property
    def ready(self) -> list[WorkerNode]:
        return self.get_by_state(STATE_INIT)

    @property
    def spawning(self) -> list[WorkerNode]:
        return self.get_by_state(STATE_SPAWNING)

    @property
    def running(self) -> list[WorkerNode]:
        return self.get_by_state(STATE_RUNNING)

    @property
    def missing(self) -> list[WorkerNode]:
        return self.get_by_state(STATE_MISSING)

    def __getitem__(self, id: str) -> WorkerNode:
        return self._worker_nodes[id]

    def __setitem__(self, id: str, node: WorkerNode) -> None:
        self._worker_nodes[id] = node

    def __delitem__(self, id: str) -> None:
        del self._worker_nodes[id]

    def __len__(self) -> int:
        return len(self._worker_nodes)

    def __iter__(self) -> Iterator[str]:
        return iter(self._worker_nodes)
