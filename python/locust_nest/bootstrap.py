"""First code in the embedded interpreter: makes sure that our own dependencies can be imported, here and by children.

A virtual environment made for Locust has all of them. One that lacks some falls back to the packages of the
system's Python, behind everything the environment has.
"""

import importlib.util
import os
import site
import sys

_NEEDED = ("gevent", "greenlet", "requests", "flask", "configargparse")


def _system_packages() -> list[str]:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    candidates = ["/usr/lib/python3/dist-packages", f"/usr/lib/python{version}/dist-packages"]
    return [path for path in [*candidates, *site.getsitepackages([sys.base_prefix])] if os.path.isdir(path)]


def extend_path() -> None:
    """Appends the system's package folders to `sys.path` where something we need is missing."""
    if all(importlib.util.find_spec(name) for name in _NEEDED):
        return
    for path in _system_packages():
        if path not in sys.path:
            sys.path.append(path)


def name_executable() -> None:
    """Makes `sys.executable` a Python that has our packages: this program by another name, if it is there."""
    python = os.path.join(os.path.dirname(os.readlink("/proc/self/exe")), "locust-nest-python")
    if os.access(python, os.X_OK):
        sys.executable = python


extend_path()
name_executable()
# Last, for packages of Locust's that we do without and models import something from.
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "stand_ins"))
