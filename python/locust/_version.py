"""The version of Locust that this package follows, as its build tool writes it."""

from __future__ import annotations

from locust_nest.cli.version import FOLLOWED_VERSION

__all__ = ["__commit_id__", "__version__", "__version_tuple__", "commit_id", "version", "version_tuple"]

version = __version__ = FOLLOWED_VERSION
version_tuple: tuple[int | str, ...] = tuple(int(part) for part in version.split("."))
__version_tuple__ = version_tuple
commit_id = __commit_id__ = None
