"""Prints what the installed package `locust` offers by name, as JSON: modules, their names, members, parameters.

Runs in the interpreter whose package is meant. Given the output of another package on stdin (`--like`), it prints of
its own what has those names, be it inherited, declared by an annotation or made on access.

{module: {"names": {name: {"members": {...}, "parameters": [...]} or {"value": ...} or {}}, "all": [...]}}
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import inspect
import json
import os
import pkgutil
import sys
import types
from collections.abc import Iterable
from typing import Any, TypeVar

LIKE: dict[str, Any] | None = json.load(sys.stdin) if "--like" in sys.argv else None


class StandIn(types.ModuleType):
    """A third-party package that need not be installed: whatever is asked of it is an empty class."""

    __path__: list[str] = []

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        bases = (Exception,) if name.endswith(("Error", "Exception")) else ()
        made = type(name, bases, {"__module__": self.__name__, "__class_getitem__": lambda *_: made})
        setattr(self, name, made)
        return made


class StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the packages of the users in `locust.contrib`, whether or not they are installed."""

    packages = ("dns", "grpc", "httpx", "openai", "paho", "psycopg", "pymilvus", "pymongo", "qdrant_client")

    def find_spec(
        self, fullname: str, path: Any, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in self.packages:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> StandIn:
        return StandIn(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


def module_names() -> list[str]:
    import locust

    found = [module.name for module in pkgutil.walk_packages(locust.__path__, "locust.", lambda name: None)]
    public = [name for name in found if "test" not in name.split(".") and not name.endswith("__main__")]
    return ["locust", "pytest_locust.plugin", *public]


def is_of_locust(value: Any) -> bool:
    """False for a class or function of somebody else, which a module merely uses."""
    if not (inspect.isclass(value) or inspect.isroutine(value)):
        return type(value).__module__ not in ("typing", "datetime") or isinstance(value, TypeVar)
    return str(value.__module__).startswith(("locust", "pytest_locust"))


def parameters(function: Any) -> list[list[Any]] | None:
    """[name, kind, whether it may be left out, its default if plain] of each but self; None if unknown."""
    try:
        known = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    return [
        [p.name, p.kind.name, p.default is not p.empty, p.default if is_plain(p.default) else "<object>"]
        for p in known
        if p.name not in ("self", "_self", "cls", "mcs")
    ]


def is_plain(value: Any) -> bool:
    return value is None or isinstance(value, (bool, int, float, str))


def members(owner: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in dir(owner):
        holder = next((base for base in owner.__mro__ if name in vars(base)), object)
        if name.startswith("_") or LIKE is None and not is_of_locust(holder):
            continue
        value = inspect.getattr_static(owner, name)
        function = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
        if inspect.isroutine(function) and hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        says = inspect.isfunction(function) or hasattr(type(function), "__signature__")
        found[name] = {"parameters": parameters(function)} if says else {}
    if LIKE is not None:
        for base in owner.__mro__:
            for name in inspect.get_annotations(base):
                found.setdefault(name, {})
    return found


def describe(value: Any, module: str) -> dict[str, Any]:
    if LIKE is None and getattr(value, "__module__", module) != module:
        return {}  # told where it is defined
    if inspect.isclass(value):
        return {"members": members(value), "parameters": parameters(value)}
    if inspect.isroutine(value):
        return {"parameters": parameters(value)}
    plain = is_plain(value) or isinstance(value, (list, tuple)) and all(map(is_plain, value))
    return {"value": value} if plain else {}


def names(module: Any, wanted: Iterable[str]) -> dict[str, Any]:
    found = {}
    for name in wanted:
        try:
            value = getattr(module, name)
        except AttributeError:
            continue
        if name.startswith("_") or inspect.ismodule(value) or name in ("annotations", "TYPE_CHECKING"):
            continue
        if LIKE is None and not is_of_locust(value):
            continue
        found[name] = describe(value, module.__name__)
    return found


def surface() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in module_names() if LIKE is None else LIKE:
        try:
            module = importlib.import_module(name)
        except ImportError as error:
            found[name] = {"missing": str(error)}
            continue
        wanted = dir(module) if LIKE is None else LIKE[name].get("names", {})
        found[name] = {"names": names(module, wanted), "all": list(getattr(module, "__all__", []))}
    return found


sys.meta_path.insert(0, StandIns())
os.environ.setdefault("OPENAI_API_KEY", "none")
json.dump(surface(), sys.stdout, indent=1)
