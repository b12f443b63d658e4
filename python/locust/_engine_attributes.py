"""Python's view of values that live in the engine: attributes, and dicts that write through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any


class WriteThroughDict(dict):
    """A dict which tells the engine what is stored in it and removed from it. Copies are plain dicts."""

    def _stored(self, key: Any, value: Any) -> None:
        raise NotImplementedError

    def _removed(self, key: Any) -> None:
        raise NotImplementedError

    def __setitem__(self, key: Any, value: Any) -> None:
        self._stored(key, value)
        super().__setitem__(key, value)

    def __delitem__(self, key: Any) -> None:
        super().__delitem__(key)
        self._removed(key)

    def pop(self, key: Any, *default: Any) -> Any:
        known = key in self
        value = super().pop(key, *default)
        if known:
            self._removed(key)
        return value

    def popitem(self) -> tuple[Any, Any]:
        key, value = super().popitem()
        self._removed(key)
        return key, value

    def clear(self) -> None:
        for key in reversed(list(self)):
            del self[key]

    def setdefault(self, key: Any, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *args: Any, **kwargs: Any) -> None:
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def __ior__(self, other: Any) -> WriteThroughDict:  # type: ignore[override,misc]
        self.update(other)
        return self

    def __copy__(self) -> dict:
        return dict(self)

    def __deepcopy__(self, memo: dict) -> dict:
        return dict(self)

    def __reduce__(self) -> Any:
        return dict, (dict(self),)


class Counts(WriteThroughDict):
    """The counts of an entry when its attribute was read; what is assigned here goes to the entry."""

    def __init__(self, items: Iterable[tuple[Any, int]], store: Callable[[Any, int], None]) -> None:
        super().__init__(items)
        self._store = store

    def __missing__(self, key: Any) -> int:
        return 0

    def _stored(self, key: Any, value: Any) -> None:
        self._store(key, value)

    def _removed(self, key: Any) -> None:
        self._store(key, 0)


class Native:
    """An attribute which is the engine's attribute of the same name."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else getattr(instance._core, self._name)

    def __set__(self, instance: Any, value: Any) -> None:
        setattr(instance._core, self._name, value)


class NativeCounts(Native):
    """Likewise, for counts: read as a dict, assigned from one."""

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        return Counts(getattr(instance._core, self._name), getattr(instance._core, f"set_{self._name}"))

    def __set__(self, instance: Any, value: Mapping[Any, int]) -> None:
        setattr(instance._core, self._name, list(value.items()))


def utf8_text(value: Any) -> str:
    """`value` as text that UTF-8 can hold."""
    text = value if isinstance(value, str) else "" if value is None else str(value)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
