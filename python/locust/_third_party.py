"""Packages that Locust users install when they need them."""

from __future__ import annotations

import importlib
from typing import Any


def require(module: str, package: str, needed_by: str) -> Any:
    """Import a module; `ImportError` which names the package to install if there is no such module."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if not error.name or not f"{module}.".startswith(f"{error.name}."):
            raise  # the package is there, but lacks something itself
        raise ImportError(
            f"{needed_by} needs the package {package}, which is not installed: pip install {package}"
        ) from None
