"""Finding what can be run in model files: user classes, loose TaskSets and load shapes.

Files: every `.py` below each --model_dir at any depth, in sorted order. Left out are files and directories
whose name begins with `_` or `.`, virtual environments (directories with a pyvenv.cfg) and `node_modules`.
Symbolic links are followed; a file reached in several ways counts once.

Classes: every module-level binding, imported ones included as with Locust, to

* a user class that is not abstract (legacy: one that has a `task_set`),
* a TaskSet which has tasks and is *loose*: no user and no other TaskSet lists it, or a subclass of it, as a
  task. One that is in use is known as well, with a default weight of 0: -T leaves it alone unless the
  configuration gives it a weight; it would otherwise run more often than its author meant. The base class of
  a loose TaskSet counts if it has tasks, since nothing marks a TaskSet as abstract; give it the weight 0.
* a LoadTestShape.

Names beginning with `_` are skipped. A class belongs to the file that defines it, if that is a model file,
else to the first file that binds it, and counts once however many files import it.
"""

from __future__ import annotations

import inspect
import logging
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import gevent

import locust
from locust import Locust, TaskSet, User, _forks
from locust.argument_parser import download_locustfile_from_url
from locust.user.task import is_markov_taskset
from locust.util.load_locustfile import load_locustfile_pytest
from locust.util.url import is_url

from .errors import usage_error
from .import_errors import ImportFailure, explain
from .isolation import ModelImporter

logger = logging.getLogger(__name__)

# Between progress lines, and what makes a single import worth a line.
PROGRESS_INTERVAL_S = 1.0


@dataclass(frozen=True)
class ModelFile:
    path: str
    # Relative to its model directory, with slashes: how configuration and tables call it.
    name: str
    model_dir: str

    @property
    def shown_path(self) -> str:
        """For messages: relative to the working directory if the file is below it."""
        return shown_path(self.path)


@dataclass(eq=False)
class ModelClass:
    """A user class or a TaskSet found in a model."""

    cls: Any
    name: str
    file: ModelFile
    # The weight if the configuration does not name the class.
    default_weight: float
    # Unique among all users (all TaskSets): the name, with the file if other files have a class of that name.
    display_name: str = ""


@dataclass
class Models:
    files: list[ModelFile] = field(default_factory=list)
    users: list[ModelClass] = field(default_factory=list)
    tasksets: list[ModelClass] = field(default_factory=list)
    shapes: list[Any] = field(default_factory=list)
    failures: list[ImportFailure] = field(default_factory=list)
    # (file name, class name) of what the files that could not be imported seem to define.
    unavailable: list[tuple[str, str]] = field(default_factory=list)


def find_model_files(model_dirs: Iterable[str]) -> list[ModelFile]:
    """The model files below each directory; a UsageError if one is no directory."""
    found: list[ModelFile] = []
    seen: set[str] = set()
    for model_dir in model_dirs:
        if not os.path.isdir(model_dir):
            what = "is not a directory" if os.path.exists(model_dir) else "does not exist"
            raise usage_error(f"model directory '{model_dir}' {what}", 1)
        for path in _walk(os.path.abspath(model_dir), set()):
            _add_file(found, seen, path, os.path.abspath(model_dir))
    return found


def find_locustfiles(items: Iterable[str]) -> list[ModelFile]:
    """The files meant by `-f`: files, directories and addresses from which to fetch a file.

    A file that is named is taken whatever its name begins with, and so is a directory, also below one that is named.
    UsageError (exit code 1) if one is missing."""
    found: list[ModelFile] = []
    seen: set[str] = set()
    for item in items:
        if is_url(item):
            path = download_locustfile_from_url(item)
            _add_file(found, seen, path, os.path.dirname(path))
        elif item == "-":
            raise usage_error("-f - stands for the model of the master, and only a --worker has a master", 1)
        elif os.path.isdir(item):
            before = len(found)
            for path in _walk(os.path.abspath(item), set(), private=True):
                _add_file(found, seen, path, os.path.abspath(item))
            if len(found) == before:
                raise usage_error(f"Could not find any locustfiles in directory '{item}'", 1)
        elif single := _single_file(item):
            _add_file(found, seen, single, os.path.dirname(single))
        else:
            raise usage_error(
                f"Could not find '{item}'. Ensure your locustfile ends with '.py' or is a directory with"
                " locustfiles. See --help for available options.",
                1,
            )
    return found


def _single_file(item: str) -> str | None:
    """The path of a file that `-f` names, until 2.26 also without its .py; None if there is none."""
    path = os.path.abspath(item if item.endswith(".py") else f"{item}.py")
    return path if os.path.isfile(path) else None


def discover(
    files: list[ModelFile], importer: ModelImporter, progress: Callable[[str], None] = lambda line: None
) -> Models:
    """Imports the files one by one and collects their classes.

    A file that cannot be imported becomes a failure in the result and the others go on; KeyboardInterrupt
    comes out. `progress` gets a line when a second has passed without one, also while a file sends requests
    or sleeps, and for files that took a second.

    One of several files cannot have the working directory for itself: it is set back, and `progress` told."""
    models = Models(files=list(files))
    collector = _Collector(models)
    directory = os.getcwd()
    reported = time.monotonic()
    for number, file in enumerate(files, 1):
        started = time.monotonic()
        position = f"Importing models: {number} of {len(files)}, {file.shown_path}"
        if started - reported >= PROGRESS_INTERVAL_S:
            progress(position)
            reported = started
        announcement = gevent.spawn_later(PROGRESS_INTERVAL_S, progress, position)
        try:
            collector.add(file, importer.load(file.path, file.model_dir))
            _forks.leave_if_child()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # also pytest's Skipped and SystemExit, which are no Exceptions
            _forks.leave_if_child(error)
            models.failures.append(explain(error, file.path, file.shown_path))
            models.unavailable += [(file.name, name) for name in _class_names(file.path)]
        finally:
            announcement.kill(block=False)
        if len(files) > 1 and os.getcwd() != directory:
            os.chdir(directory)
            progress(f"{file.shown_path} changed the working directory: set back for the other models")
        took = time.monotonic() - started
        if took >= PROGRESS_INTERVAL_S:
            progress(f"Imported {file.shown_path} in {took:.1f} s")
            reported = time.monotonic()
    if not models.users and not models.tasksets:
        collector.add_pytest_users()
    collector.finish()
    return models


def duplicates(models: Models) -> str:
    """What Locust refuses of several files: different classes of one name. Empty if there are none."""
    first: dict[str, str] = {}
    for user in models.users:
        path = os.path.abspath(user.file.path)
        if first.setdefault(user.name, path) != path:
            return f"Duplicate user class names: {user.name} is defined in both {first[user.name]} and {path}"
    names = Counter(shape.__name__ for shape in models.shapes)
    shared = [name for name, count in names.items() if count > 1]
    return f"Duplicate shape classes: {', '.join(shared)}" if shared else ""


def name_uniquely(classes: Iterable[ModelClass]) -> None:
    """Gives every class a display name: its own, with the file if that is ambiguous.

    Locust's API keys users by name, in runners, events and messages between processes. It uses the attribute
    `_shown_name` of a class that has one, so `__name__` stays what the model expects."""
    classes = list(classes)
    for labels in (
        [member.name for member in classes],
        [f"{member.name} ({member.file.name})" for member in classes],
        [f"{member.name} ({member.file.shown_path})" for member in classes],
    ):
        counts = Counter(labels)
        for member, label in zip(classes, labels, strict=True):
            if not member.display_name and counts[label] == 1:
                member.display_name = label
    for member in classes:
        member.display_name = member.display_name or f"{member.name} ({member.file.path})"
        if member.cls.__name__ != member.display_name:
            member.cls._shown_name = member.display_name


def shown_path(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


class _Collector:
    def __init__(self, models: Models) -> None:
        self._models = models
        self._files = {os.path.realpath(file.path): file for file in models.files}
        # By file and qualified name: a file that was executed under two names defines its classes twice.
        self._seen: dict[tuple[str, str], Any] = {}
        self._seen_classes: set[Any] = set()

    def add(self, file: ModelFile, module: ModuleType) -> None:
        for binding, value in list(vars(module).items()):
            if not inspect.isclass(value):
                continue
            if is_user_class(value):
                # Until 0.14 an underscore kept a class from being run.
                if not (binding.startswith("_") and issubclass(value, Locust)):
                    self._add_class(self._models.users, file, binding, value)
            elif is_taskset_class(value):
                if not binding.startswith("_") and not value.__name__.startswith("_"):
                    self._add_class(self._models.tasksets, file, binding, value)
            elif is_shape_class(value) and self._is_new(file, value):
                self._models.shapes.append(value)

    def _add_class(self, classes: list[ModelClass], file: ModelFile, binding: str, cls: Any) -> None:
        if cls in self._seen_classes:
            return
        self._seen_classes.add(cls)
        defining_path = _defining_path(file, cls)
        defining_file = self._files.get(defining_path, file)
        name = cls.__name__
        twin = self._seen.setdefault((defining_path, cls.__qualname__), cls)
        if twin is not cls:
            if twin.__module__ != cls.__module__:
                return
            # Made in a loop or by a function: only the binding tells them apart.
            name = binding
        classes.append(ModelClass(cls, name, defining_file, own_weight(cls)))

    def _is_new(self, file: ModelFile, cls: Any) -> bool:
        """Whether the class is neither known nor the twin of one that is: of a file executed under two names."""
        if cls in self._seen_classes:
            return False
        self._seen_classes.add(cls)
        twin = self._seen.setdefault((_defining_path(file, cls), cls.__qualname__), cls)
        return twin is cls or twin.__module__ == cls.__module__

    def add_pytest_users(self) -> None:
        """Takes the test functions of the files for users, as Locust does when there are no user classes."""
        for file in self._models.files:
            if not _has_test_functions(file.path):
                continue
            try:
                users = load_locustfile_pytest(file.path)
            except Exception as error:
                self._models.failures.append(explain(error, file.path, file.shown_path))
                continue
            for name, user_class in users.items():
                self._models.users.append(ModelClass(user_class, name, file, own_weight(user_class)))

    def finish(self) -> None:
        used = list(_used_tasksets(member.cls for member in (*self._models.users, *self._models.tasksets)))
        for taskset in self._models.tasksets:
            if any(issubclass(running, taskset.cls) for running in used):
                taskset.default_weight = 0
        weigh_silent_legacy_users(self._models.users)
        name_uniquely(self._models.users)
        for taskset in self._models.tasksets:
            taskset.display_name = taskset.name
        counts = Counter(taskset.name for taskset in self._models.tasksets)
        for taskset in self._models.tasksets:
            if counts[taskset.name] > 1:
                taskset.display_name = f"{taskset.name} ({taskset.file.name})"


def _defining_path(file: ModelFile, cls: Any) -> str:
    module = sys.modules.get(cls.__module__)
    return os.path.realpath(getattr(module, "__file__", None) or file.path)


def is_user_class(cls: Any) -> bool:
    """A user class that can run, by Locust's rule: not abstract, wherever it was defined."""
    return isinstance(cls, type) and issubclass(cls, User) and cls.abstract is False


def is_taskset_class(cls: Any) -> bool:
    """A model's TaskSet that has something to do."""
    return (
        isinstance(cls, type)
        and issubclass(cls, TaskSet)
        and cls.__module__.partition(".")[0] != "locust"
        and not cls.__dict__.get("abstract", False)
        and bool(getattr(cls, "tasks", None) or is_markov_taskset(cls))
    )


def is_shape_class(cls: Any) -> bool:
    base = getattr(locust, "LoadTestShape", None)
    return (
        base is not None
        and isinstance(cls, type)
        and issubclass(cls, base)
        and cls.__module__.partition(".")[0] != "locust"
        and not cls.__dict__.get("abstract", False)
    )


def stated_weight(cls: Any) -> float | None:
    """The weight that the model gives the class."""
    for base in cls.__mro__:
        if base.__module__.partition(".")[0] == "locust":
            break
        if "weight" in base.__dict__:
            weight: float = base.__dict__["weight"]
            return weight
    return None


def own_weight(cls: Any) -> float:
    """The weight that the model gives the class, else 1.

    Not the library's default, which was 10 once and is 1 today: mixed models would be ten to one."""
    weight = stated_weight(cls)
    return 1 if weight is None else weight


def weigh_silent_legacy_users(users: Iterable[ModelClass]) -> None:
    """Beside a class of 0.x with a weight, one without weighs 10, as it did: the author reckoned with that."""
    legacy = [user for user in users if user.cls._is_legacy]
    silent = [user for user in legacy if stated_weight(user.cls) is None]
    if len(silent) < len(legacy):
        for user in silent:
            user.default_weight = Locust.weight


def _walk(directory: str, visited: set[tuple[int, int]], private: bool = False) -> Iterator[str]:
    """The model files below the directory; `private` for those below directories that begin with _, too."""
    status = os.stat(directory)
    if (status.st_dev, status.st_ino) in visited:
        return
    visited.add((status.st_dev, status.st_ino))
    try:
        names = sorted(os.listdir(directory))
    except OSError as error:
        logger.warning("Skipping %s: %s", shown_path(directory), error.strerror)
        return
    for name in names:
        path = os.path.join(directory, name)
        is_directory = os.path.isdir(path)
        if name.startswith(".") or (name.startswith("_") and not (private and is_directory)):
            continue
        if is_directory:
            if name != "node_modules" and not os.path.exists(os.path.join(path, "pyvenv.cfg")):
                yield from _walk(path, visited, private)
        elif name.endswith(".py") and os.path.isfile(path):
            yield path


def _add_file(found: list[ModelFile], seen: set[str], path: str, model_dir: str) -> None:
    real_path = os.path.realpath(path)
    if real_path not in seen:
        seen.add(real_path)
        found.append(ModelFile(path, os.path.relpath(path, model_dir).replace(os.sep, "/"), model_dir))


def _has_test_functions(path: str) -> bool:
    return re.search(r"^\s*def test", _source(path), re.MULTILINE) is not None


def _class_names(path: str) -> list[str]:
    """The classes of a file that may not even parse."""
    return re.findall(r"^class\s+([^\W_]\w*)", _source(path), re.MULTILINE)


def _source(path: str) -> str:
    """The text of a file; empty if it cannot be read, which its import has told."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _used_tasksets(classes: Iterable[Any]) -> Iterator[Any]:
    """Every TaskSet that is a task of one of the classes, at any depth."""
    visited: set[Any] = set()
    pending = list(classes)
    while pending:
        tasks = getattr(pending.pop(), "tasks", None)
        if not isinstance(tasks, Iterable):
            continue
        for task in tasks:
            if isinstance(task, type) and issubclass(task, TaskSet) and task not in visited:
                visited.add(task)
                pending.append(task)
                yield task
