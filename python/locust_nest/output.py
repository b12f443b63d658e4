"""Text on stdout whose reader may be gone, or the disk behind it full."""

from __future__ import annotations

import os
import sys

import nest_engine

from .errors import usage_error


def show(text: str) -> None:
    """Write to stdout; UsageError if that fails, but not for a pipe (`| head`) whose reader has seen enough."""
    if nest_engine.stdout_was_closed():
        raise usage_error("cannot write to stdout: it is closed", 1)
    try:
        print(text, end="", flush=True)
    except BrokenPipeError:
        # Also for what is still in the buffer, and what models print.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise usage_error(f"cannot write to stdout: {error.strerror}", 1) from error
