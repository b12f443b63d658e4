"""The virtual environment that the shell has activated, and whether its packages can be used."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from glob import escape, glob


def warning_about_environment(variables: Mapping[str, str] = os.environ) -> str:
    """One line if VIRTUAL_ENV names an environment of another Python version; else empty."""
    folder = variables.get("VIRTUAL_ENV", "")
    packages = sorted(glob(os.path.join(escape(folder), "lib", "python*", "site-packages"))) if folder else []
    versions = [os.path.basename(os.path.dirname(path)).removeprefix("python") for path in packages]
    ours = f"{sys.version_info.major}.{sys.version_info.minor}"
    if not versions or ours in versions:
        return ""
    return (
        f"the virtual environment {folder} is of Python {versions[-1]}, but models run with Python {ours}: "
        "its packages are not used"
    )
