"""Files that are there completely or not at all."""

from __future__ import annotations

import errno
import os
import tempfile

import nest_engine


def write_whole(path: str, text: str) -> None:
    """Write `text` as UTF-8, making missing folders. Raises OSError and then leaves what was there before.

    Whoever reads the path meanwhile sees the old file or the new one. What cannot be replaced (a pipe, a
    device, a file mounted by itself, one in a folder that may not be changed) is written in place.
    """
    content = text.encode("utf-8", "backslashreplace")
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    failure = nest_engine.replace_file(path, content)
    if failure:
        raise OSError(failure, os.strerror(failure), path)


def why_not_writable(path: str) -> str:
    """Why `write_whole` would fail, or nothing. Makes missing folders, and leaves the file as it is."""
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        target = os.path.realpath(path)
        if os.path.isdir(target):
            return os.strerror(errno.EISDIR)
        if os.path.exists(target):
            return "" if os.access(target, os.W_OK) else os.strerror(errno.EACCES)
        with tempfile.TemporaryFile(dir=os.path.dirname(target)):
            pass
    except OSError as error:
        return reason_of(error)
    return ""


def reason_of(error: OSError) -> str:
    if isinstance(error, FileExistsError):  # a file where a folder would have to be made
        return os.strerror(errno.ENOTDIR)
    return error.strerror or str(error)
