"""Files of a folder."""

from __future__ import annotations

import os


def get_abspaths_in(path: str, extension: str | None = None) -> list[str]:
    """The absolute paths of all files below the folder, except those whose names begin with an underscore."""
    return [
        os.path.abspath(os.path.join(folder, name))
        for folder, _, names in os.walk(path)
        for name in sorted(names)
        if not name.startswith("_") and (extension is None or name.endswith(extension))
    ]
