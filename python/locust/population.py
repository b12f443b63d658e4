"""Who should be running: the user classes of a test in the order in which they are started."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from gevent import Greenlet
from gevent.pool import Group

import nest_engine

from .user import User
from .user.users import shown_name


class Population:
    """The users that a test wants, by class name; the engine chooses the classes.

    A shape may change the classes to choose from while users run: the new ones are put on top, and users are
    taken away from the top.
    """

    def __init__(self, user_classes: Sequence[type[User]]) -> None:
        self._layers: list[tuple[list[type[User]], nest_engine.UserDispatcher]] = []
        self.choose_from(user_classes)

    def choose_from(self, user_classes: Sequence[type[User]]) -> None:
        """Choose further users from these classes; nothing changes if they are the same as before."""
        chosen = sorted(user_classes, key=shown_name)
        if self._layers and self._layers[-1][0] == chosen:
            return
        running = self.counts()
        classes = []
        for user_class in chosen:
            name = shown_name(user_class)
            missing = user_class.fixed_count - running.get(name, 0)
            if not user_class.fixed_count or missing > 0:
                classes.append((name, float(user_class.weight), max(missing, 0)))
        self._layers.append((chosen, nest_engine.UserDispatcher(classes)))

    @property
    def total(self) -> int:
        return sum(dispatcher.total for _, dispatcher in self._layers)

    def counts(self) -> dict[str, int]:
        """The wanted users of each class."""
        counts: Counter[str] = Counter()
        for _, dispatcher in self._layers:
            counts.update(dispatcher.counts())
        return dict(counts)

    def add(self, count: int) -> list[str]:
        """The classes of the next users; fewer than `count` when only fixed counts are left to fill."""
        return self._layers[-1][1].add(count)

    def remove(self, count: int) -> list[str]:
        """The classes of the users to stop, the latest first."""
        removed: list[str] = []
        for _, dispatcher in reversed(self._layers):
            removed += dispatcher.remove(min(count - len(removed), dispatcher.total))
        return removed


class UserGroup(Group):
    """The greenlets of the running users, counted by class."""

    def __init__(self) -> None:
        super().__init__()
        self._names: dict[Greenlet, str] = {}
        self._counts: Counter[str] = Counter()

    def counts(self) -> Counter[str]:
        return self._counts

    def name_of(self, greenlet: Greenlet) -> str:
        """The class of the user, also of one that is being killed: gevent takes its arguments away then."""
        return self._names[greenlet]

    def add(self, greenlet: Greenlet) -> None:
        name = shown_name(type(greenlet.args[0]))
        self._names[greenlet] = name
        self._counts[name] += 1
        super().add(greenlet)

    def _discard(self, greenlet: Greenlet) -> None:
        name = self._names.pop(greenlet, None)
        if name is not None:
            self._counts[name] -= 1
        super()._discard(greenlet)

    def users(self) -> Iterable[User]:
        """The users that have not ended yet."""
        for greenlet in list(self.greenlets):
            # A greenlet that has ended forgets its arguments before it leaves the group.
            if not greenlet.dead and greenlet.args:
                yield greenlet.args[0]
