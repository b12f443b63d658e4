"""What exceptions of models say, also of those that fail when they are asked."""

from __future__ import annotations


def text_of(error: object) -> str:
    """`str(error)`; if that raises, words like those that Python's tracebacks have then."""
    try:
        return str(error)
    except Exception:
        return f"<{type(error).__name__}: its str() failed>"


def repr_of(error: object) -> str:
    """`repr(error)` likewise."""
    try:
        return repr(error)
    except Exception:
        return f"<{type(error).__name__}: its repr() failed>"
