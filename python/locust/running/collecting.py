"""When Python looks for garbage among all objects there are."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Objects that a user is made of, with its client and greenlet: about, and rather too many.
_OBJECTS_OF_A_USER = 30


@contextmanager
def while_users_are_made(count: int) -> Iterator[None]:
    """Look through all objects only when many more were made than so many users are.

    Python does it whenever a quarter has been added, and stands still for a millisecond per ten thousand objects
    meanwhile: users would start in groups. What a model says about collecting goes before.
    """
    usual = gc.get_threshold()
    young, middle, old = usual
    if not all(usual):  # it never looks
        yield
        return
    deferred = (young, middle, old + count * _OBJECTS_OF_A_USER // (young * middle))
    gc.set_threshold(*deferred)
    try:
        yield
    finally:
        if gc.get_threshold() == deferred:
            gc.set_threshold(*usual)
