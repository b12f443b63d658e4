"""Attributes that are made when they are first touched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class LazyPart:
    """`functools.cached_property` without its lock, which costs as much as the property (Python < 3.12).

    Not a `__getattr__`, which would make every access to its class dearer.
    """

    def __init__(self, make: Callable[[Any], Any], name: str = "") -> None:
        self._make = make
        self._name = name
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._make(instance)
        return value


def add_parts(owner: type, parts: Mapping[str, Callable[[Any], Any]]) -> None:
    """Give `owner` an attribute for each of `parts`."""
    for name, make in parts.items():
        setattr(owner, name, LazyPart(make, name))
