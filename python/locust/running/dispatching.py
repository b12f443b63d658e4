"""Following a dispatcher of the model's own (`Environment(dispatcher_class=...)`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .worker_nodes import WorkerNode

if TYPE_CHECKING:
    from ..dispatch import UsersDispatcher
    from .users import UserRunning


def follow_dispatcher(runner: UserRunning, dispatcher: UsersDispatcher, node: WorkerNode) -> None:
    """Have at each time the users which the dispatcher gives `node`, the only worker."""
    for users_on_workers in dispatcher:
        wanted: Mapping[str, int] = users_on_workers[node.id]
        present = runner.user_classes_count
        missing = {name: n - present[name] for name, n in wanted.items() if n > present[name]}
        surplus = {name: present[name] - n for name, n in wanted.items() if n < present[name]}
        if missing:
            runner.spawn_users(missing)
        # Last, since with a stop_timeout it takes its time.
        if surplus:
            runner.stop_users(surplus)
        node.user_classes_count = dict(wanted)
