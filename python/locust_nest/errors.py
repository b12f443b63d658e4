"""Mistakes of the person at the keyboard, raised from Python."""

from __future__ import annotations

import nest_engine


def usage_error(message: str, exit_code: int = 2) -> nest_engine.UsageError:
    """The exception for something the user can mend: one complete line, and the process's exit code."""
    error = nest_engine.UsageError(message)
    error.exit_code = exit_code
    return error
