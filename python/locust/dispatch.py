"""Which users run on which worker, step by step.

A *dispatch* leads from the present number of users to another one. It consists of *iterations*, one for each
step of the ramp; an iteration says how many users of each class every worker should have from now on. To go
from 10 to 12 users at 1 per second takes two iterations, at 2 per second (or more) a single one.
"""

from __future__ import annotations

import itertools
import math
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from gevent import sleep

import nest_engine

from .population import Population
from .running.worker_nodes import WorkerNode
from .user import User
from .user.users import shown_name

# The number of users of each class, on each worker.
UsersOnWorkers = dict[str, dict[str, int]]


def _kl_generator(users: Iterable[tuple[str, float]]) -> Iterator[str | None]:
    """The names in the order in which users are started, for ever; None for ever without positive weights.

    At any length the names are as close to the proportion of the weights as can be.
    """
    classes = [(name, float(weight), 0) for name, weight in users if weight > 0]
    dispatcher = nest_engine.UserDispatcher(classes)
    while True:
        yield from dispatcher.add(1) or (None,)


class UsersDispatcher(Iterator[UsersOnWorkers]):
    """Spreads users of several classes over workers, in turn; an iterator over the present dispatch.

    It takes its time: between two iterations it sleeps as the spawn rate demands.

    >>> dispatcher = UsersDispatcher([WorkerNode("1"), WorkerNode("2")], [Visitor])
    >>> dispatcher.new_dispatch(target_user_count=2, spawn_rate=1)
    >>> list(dispatcher)
    [{'1': {'Visitor': 1}, '2': {'Visitor': 0}}, {'1': {'Visitor': 1}, '2': {'Visitor': 1}}]
    """

    def __init__(self, worker_nodes: Sequence[WorkerNode], user_classes: Sequence[type[User]]) -> None:
        assert user_classes, "there are no user classes"
        assert len(set(user_classes)) == len(user_classes), "a user class is given twice"
        self._worker_nodes = _evenly_over_hosts(worker_nodes)
        self._original_user_classes = sorted(user_classes, key=shown_name)
        self._user_classes = self._original_user_classes
        self._population = Population(self._user_classes)
        self._next_worker = itertools.cycle(self._worker_nodes)
        # The latest at the end: who comes last goes first.
        self._active_users: list[tuple[WorkerNode, str]] = []
        self._users_on_workers = self._no_users()
        self._target_user_count = 0
        self._step = 1
        self._wait_between_dispatch = 0.0
        self._iterations: Iterator[UsersOnWorkers] = iter(())
        self._dispatch_iteration_durations: list[float] = []
        self._dispatch_in_progress = False
        self._rebalance = False

    @property
    def dispatch_in_progress(self) -> bool:
        return self._dispatch_in_progress

    @property
    def dispatch_iteration_durations(self) -> list[float]:
        """The seconds that each iteration of the dispatch took to compute."""
        return self._dispatch_iteration_durations

    def get_current_user_count(self) -> int:
        return len(self._active_users)

    def new_dispatch(
        self, target_user_count: int, spawn_rate: float, user_classes: Sequence[type[User]] | None = None
    ) -> None:
        """Lead to so many users, so many per second; further ones are of `user_classes`, if given."""
        if target_user_count < 0:
            raise ValueError(f"target_user_count must be >= 0, got {target_user_count}")
        if spawn_rate <= 0:
            raise ValueError(f"spawn_rate must be > 0, got {spawn_rate}")
        if not math.isfinite(spawn_rate):
            raise ValueError(f"spawn_rate must be a finite number, got {spawn_rate}")
        if user_classes is not None:
            self._user_classes = sorted(user_classes, key=shown_name)
            self._population.choose_from(self._user_classes)
        self._target_user_count = target_user_count
        self._step = max(1, math.floor(spawn_rate))
        self._wait_between_dispatch = self._step / spawn_rate
        self._dispatch_iteration_durations.clear()
        self._iterations = self._dispatch()

    def add_worker(self, worker_node: WorkerNode) -> None:
        """Let another worker have its share of the users, with the next iteration."""
        self._worker_nodes = _evenly_over_hosts([*self._worker_nodes, worker_node])
        self._redistribute()

    def remove_worker(self, worker_node: WorkerNode) -> None:
        """Give the users of a worker to the others, with the next iteration."""
        self._worker_nodes = [node for node in self._worker_nodes if node.id != worker_node.id]
        if self._worker_nodes:
            self._redistribute()

    def __next__(self) -> UsersOnWorkers:
        return {worker: dict(counts) for worker, counts in next(self._iterations).items()}

    def _dispatch(self) -> Iterator[UsersOnWorkers]:
        self._dispatch_in_progress = True
        if self._take_rebalance() or self.get_current_user_count() == self._target_user_count:
            yield self._users_on_workers
        while missing := self._target_user_count - self.get_current_user_count():
            began = time.perf_counter()
            if missing > 0:
                is_filled = self._add(min(self._step, missing)) < min(self._step, missing)
            else:
                is_filled = False
                self._remove(min(self._step, -missing))
            yield self._users_on_workers
            if self._take_rebalance():
                yield self._users_on_workers
            duration = time.perf_counter() - began
            self._dispatch_iteration_durations.append(duration)
            if is_filled:  # nothing but fixed counts, and all are
                break
            if self.get_current_user_count() != self._target_user_count:
                sleep(max(0.0, self._wait_between_dispatch - duration))
        self._dispatch_in_progress = False

    def _take_rebalance(self) -> bool:
        wanted, self._rebalance = self._rebalance, False
        return wanted

    def _add(self, count: int) -> int:
        names = self._population.add(count)
        for name in names:
            worker = next(self._next_worker)
            counts = self._users_on_workers[worker.id]
            counts[name] = counts.get(name, 0) + 1
            self._active_users.append((worker, name))
        return len(names)

    def _remove(self, count: int) -> None:
        self._population.remove(count)
        for _ in range(count):
            worker, name = self._active_users.pop()
            self._users_on_workers[worker.id][name] -= 1

    def _redistribute(self) -> None:
        """Place the users anew, as if they had all been started on the present workers."""
        count = self.get_current_user_count()
        self._population = Population(self._user_classes)
        self._next_worker = itertools.cycle(self._worker_nodes)
        self._active_users = []
        self._users_on_workers = self._no_users()
        self._add(count)
        self._rebalance = True

    def _no_users(self) -> UsersOnWorkers:
        names = [shown_name(user_class) for user_class in self._original_user_classes]
        return {node.id: dict.fromkeys(names, 0) for node in self._worker_nodes}


def _evenly_over_hosts(worker_nodes: Iterable[WorkerNode]) -> list[WorkerNode]:
    """The first worker of each host, then the second ones...: the host is what an id has before its `_`."""
    by_host: defaultdict[str, list[WorkerNode]] = defaultdict(list)
    for node in sorted(worker_nodes, key=lambda node: node.id):
        by_host[node.id.split("_", 1)[0]].append(node)
    placed = [(index, node) for nodes in by_host.values() for index, node in enumerate(nodes)]
    return [node for index, node in sorted(placed, key=lambda place: (place[0], place[1].id))]
