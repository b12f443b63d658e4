"""Importing many unrelated model files into one process without letting them touch each other.

Locust imports one file: it puts the file's directory first on `sys.path` and leaves the rest to Python. Here
dozens of directories are imported one after the other, and their helper modules are called `common`,
`config` and `utils` in every one of them. So each *directory* gets a context, which answers one question:
what does the name `common` mean to code of this directory?

* Own directory first, then the working directory and the rest of `sys.path`, then what the models of the
  directory appended to `sys.path`, and last the directories between the model and its --model_dir.
* What was imported before any model stays what it was (`csv`, `queue`, `requests`, `locust`), whatever files
  lie beside a model. That is what Python does for Locust.
* A module of a context sits in `sys.modules` under its plain name while nobody else wants that name. Else its
  name gets the directory appended (`common@shop`), in `sys.modules` *and* in `__name__`: dataclasses, pickle,
  `typing.get_type_hints`, `sys.modules[__name__]` and loggers all look a module up by the name it states,
  and none of them can be misled that way, whichever greenlet runs.
* Models of one directory share its context, hence their helper modules, and a file is executed once.
* Libraries never see a model's directory as long as they find what they want elsewhere: a model called
  `statistics.py` does not become the `statistics` of a library imported later.

Mechanics. Modules of a context are loaded by `ModelLoader`, which is how their imports are recognised:
`builtins.__import__` is wrapped, and looks at the importing module's `__loader__`. Code of any other module
pays for that look (0.2 us for an import statement that is executed; nothing else). A name which means
something special in the context is replaced by the module's full name; the import system does the rest, its
locks included, so a model may switch greenlets while it is imported.

Python thread only. `sys.path` is the model's while a model is being imported, and restored afterwards.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import (
    ExtensionFileLoader,
    ModuleSpec,
    PathFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Any

from greenlet import getcurrent

# Locust has these imported before it imports a model: a file of that name beside the model never wins.
# Listed because this process may not need all of them itself.
# fmt: off
_ALWAYS_STANDARD = frozenset(
    {
        "bdb", "calendar", "cmd", "code", "concurrent", "contextvars", "csv", "decimal", "difflib", "email",
        "gevent", "html", "http", "json", "locust", "numbers", "pdb", "queue", "requests", "secrets",
        "select", "shlex", "signal", "string", "tempfile", "termios", "token", "tomllib", "tty", "types",
        "uuid", "webbrowser",
    }
)
# fmt: on
# Parts of the standard library that no library imports: a model may carry their names.
_STANDARD_BUT_FREE = frozenset({"antigravity", "idlelib", "test", "this", "turtle", "turtledemo"})
_RELATIVE_IMPORT = re.compile(r"^[ \t]*from[ \t]*\.", re.MULTILINE)


class ModelLoader(SourceFileLoader):
    """Loads a source file of a directory context; marks the module's code as belonging to it."""

    def __init__(self, name: str, path: str, context: DirectoryContext) -> None:
        super().__init__(name, path)
        self.context = context

    def exec_module(self, module: ModuleType) -> None:
        file = os.path.realpath(self.path)
        # Before it runs: a helper may import the model that is importing it.
        self.context.modules_by_file[file] = module
        try:
            super().exec_module(module)
        except BaseException:
            self.context.modules_by_file.pop(file, None)
            raise


class _AliasLoader(Loader):
    """Gives a second name to a module that is loaded already; nothing is executed again."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec


class DirectoryContext:
    """What module names mean to the code of one directory."""

    def __init__(self, importer: ModelImporter, directory: str, label: str) -> None:
        self.directory = directory
        self.label = label
        # sys.path as the models of this directory left it; the directory itself comes first.
        self.path: list[str] = []
        # Directories to try last: from the parent up to the --model_dir.
        self.ancestors: list[str] = []
        # First component as the code spells it -> name in sys.modules. Only what has been decided.
        self.names: dict[str, str] = {}
        self.modules_by_file: dict[str, ModuleType] = {}
        self._importer = importer
        # Name in sys.modules -> (name on disk, directories to look in), for modules this context owns.
        self._places: dict[str, tuple[str, list[str]]] = {}

    def full_name(self, name: str) -> str:
        """The name in sys.modules of what this context's code calls `name`."""
        top, dot, rest = name.partition(".")
        return (self.names.get(top) or self.resolve(top)) + dot + rest

    def resolve(self, top: str) -> str:
        """The name in sys.modules of the top-level module `top`; decides it on first use.

        Raises ModuleNotFoundError if only another directory has a module of that name."""
        decided = self.names.get(top)
        if decided is None:
            decided = self._decide(top)
            if decided is not None:
                self.names[top] = decided
        return decided or top

    def _decide(self, top: str) -> str | None:
        """None: unknown for now, leave it to the import system and ask again next time."""
        importer = self._importer
        owner = importer.owners.get(top)
        if importer.is_standard(top) or owner is self:
            return top
        before, base, after = importer.search_path(self)
        found = _find(top, before)
        if _is_module(found):
            return self._own(top, before, found)
        if owner is None and top in sys.modules:
            return top
        namespaces = [(self, found, before)]
        found_in_base = _find(top, base)
        if _is_module(found_in_base):
            return top if owner is None else importer.context_of(found_in_base)._own(top, base, found_in_base)
        namespaces.append((self, found_in_base, base))
        found = _find(top, after)
        if _is_module(found):
            return self._own(top, after, found)
        namespaces.append((self, found, after))
        for directory in self.ancestors:
            found = _find(top, [directory])
            context = importer.context(directory)
            if _is_module(found):
                return context.resolve(top)
            namespaces.append((context, found, [directory]))
        # A directory without __init__.py is a package only if nothing better bears the name.
        for context, found, path in namespaces:
            if found is not None:
                if path is base and owner is None:
                    return top
                return context.names.get(top) or context._own(top, path, found)
        if owner is not None:
            raise ModuleNotFoundError(f"No module named {top!r}", name=top)
        return None

    def _own(self, top: str, path: Sequence[str], spec: ModuleSpec | None) -> str:
        """Makes the module found on `path` this context's; returns its name in sys.modules."""
        if top in self.names:
            return self.names[top]
        # The name of an extension module is compiled into it.
        is_extension = spec is not None and isinstance(spec.loader, ExtensionFileLoader)
        name = top if is_extension else self._importer.free_name(top, self, spec.origin if spec else None)
        self.names[top] = name
        self._places[name] = (top, list(path))
        self._importer.owners[name] = self
        return name

    def own_package(self, top: str, root: str) -> str:
        """The name in sys.modules for the package `top` in `root`, of which a model is a part."""
        return self.names.get(top) or self._own(top, [root], _find(top, [root]))

    def own_model(self, stem: str, path: str) -> str:
        """The name in sys.modules for the model file `path`, which siblings may import as `stem`."""
        name = self._importer.free_name(stem, self, path)
        if "." not in stem:
            self._places[name] = (stem, [self.directory])
            self._importer.owners[name] = self
            if not self._importer.is_standard(stem):
                self.names.setdefault(stem, name)
        return name

    def disown_model(self, stem: str, name: str) -> None:
        self._places.pop(name, None)
        self._importer.owners.pop(name, None)
        if self.names.get(stem) == name:
            del self.names[stem]

    def find_spec(self, name: str, path: Sequence[str] | None) -> ModuleSpec | None:
        """The spec of a module this context owns, or of a submodule of one."""
        if path is None:
            plain_name, path = self._places.get(name, (name, []))
            spec = _find(plain_name, path)
        else:
            spec = PathFinder.find_spec(name, path)
        return spec and self._adopt(name, spec)

    def _adopt(self, name: str, spec: ModuleSpec) -> ModuleSpec:
        locations = spec.submodule_search_locations
        if locations is not None:
            # A namespace package's own list would look again on a sys.path that is no longer the model's.
            locations = list(locations)
        if spec.loader is None:
            package = ModuleSpec(name, None, is_package=True)
            package.submodule_search_locations = locations
            return package
        if type(spec.loader) is SourceFileLoader and spec.origin is not None:
            loaded = self.modules_by_file.get(os.path.realpath(spec.origin))
            if loaded is not None:
                return ModuleSpec(name, _AliasLoader(loaded))
            loader: Loader = ModelLoader(name, spec.origin, self)
        elif type(spec.loader) is SourcelessFileLoader and spec.origin is not None:
            loader = SourcelessFileLoader(name, spec.origin)
        else:
            return spec
        adopted = spec_from_file_location(
            name, spec.origin, loader=loader, submodule_search_locations=locations
        )
        assert adopted is not None
        return adopted


class ModelImporter(MetaPathFinder):
    """Imports model files; in force between `install()` and `uninstall()`, or as a context manager.

    One at a time per process, since it takes the place of `builtins.__import__`."""

    def __init__(self, working_directory: str | None = None) -> None:
        self._working_directory = os.path.abspath(working_directory or os.getcwd())
        # Name in sys.modules -> the context whose module it is. Every other name belongs to everybody.
        self.owners: dict[str, DirectoryContext] = {}
        self._contexts: dict[str, DirectoryContext] = {}
        self._imported_before: frozenset[str] = frozenset()
        # While a model is being imported: that model's context by greenlet, and sys.path without its entries.
        self._importing: dict[Any, DirectoryContext] = {}
        self._base_path: list[str] = []
        self._undo: Callable[[], None] | None = None

    def __enter__(self) -> ModelImporter:
        self.install()
        return self

    def __exit__(self, *exception: object) -> None:
        self.uninstall()

    def install(self) -> None:
        """Puts the working directory first on sys.path, for good, and takes over imports from models."""
        assert self._undo is None, "installed already"
        if self._working_directory not in sys.path:
            sys.path.insert(0, self._working_directory)
        self._imported_before = frozenset(name.partition(".")[0] for name in sys.modules)
        import_statement, import_module = builtins.__import__, importlib.import_module
        position = sys.meta_path.index(PathFinder) if PathFinder in sys.meta_path else len(sys.meta_path)
        sys.meta_path.insert(position, self)
        builtins.__import__ = _import_in_context(import_statement)
        importlib.import_module = _import_module_in_context(import_module)

        def undo() -> None:
            builtins.__import__, importlib.import_module = import_statement, import_module
            sys.meta_path.remove(self)

        self._undo = undo

    def uninstall(self) -> None:
        """Undoes `install()`. Modules stay; their later imports find what an ordinary module would find."""
        if self._undo is not None:
            self._undo()
            self._undo = None

    def load(self, path: str, model_dir: str | None = None) -> ModuleType:
        """Imports the model file `path`, once: a second call, or a sibling's import, gives the same module.

        The module is called like the file without `.py` (`locust.py`: `locustfile`), as with Locust, or as
        a member of its package if it uses relative imports. `model_dir` bounds the search for helper modules
        upwards. Whatever the file raises comes out, SystemExit and KeyboardInterrupt included."""
        path = os.path.abspath(path)
        context = self.context(os.path.dirname(path), model_dir)
        with self._import_environment(context):
            loaded = context.modules_by_file.get(os.path.realpath(path))
            if loaded is not None:
                return loaded
            if _uses_relative_imports(path):
                return self._load_package_member(context, path)
            return self._load_file(context, path)

    def _load_file(self, context: DirectoryContext, path: str) -> ModuleType:
        stem = _stem(path)
        if stem == "locust":
            stem = "locustfile"
        name = context.own_model(stem, path)
        try:
            return _execute(name, path, context)
        except BaseException:
            context.disown_model(stem, name)
            raise

    def _load_package_member(self, context: DirectoryContext, path: str) -> ModuleType:
        root, package = _package_of(context.directory)
        top = package.partition(".")[0]
        parent = importlib.import_module(context.own_package(top, root) + package[len(top) :])
        # The package may import its own members.
        module = context.modules_by_file.get(os.path.realpath(path))
        if module is None:
            stem = _stem(path)
            module = _execute(f"{parent.__name__}.{stem}", path, context)
            setattr(parent, stem, module)
        return module

    def context(self, directory: str, model_dir: str | None = None) -> DirectoryContext:
        directory = os.path.realpath(directory)
        context = self._contexts.get(directory)
        if context is None:
            context = DirectoryContext(self, directory, self._label(directory, model_dir))
            context.path = [directory]
            context.ancestors = _ancestors(directory, model_dir)
            self._contexts[directory] = context
        return context

    def context_of(self, spec: ModuleSpec | None) -> DirectoryContext:
        """The context of the directory in which a top-level module was found."""
        assert spec is not None and spec.origin is not None
        directory = os.path.dirname(spec.origin)
        if spec.submodule_search_locations is not None:
            directory = os.path.dirname(directory)
        return self.context(directory)

    def is_standard(self, top: str) -> bool:
        """Whether the name was taken before any model was imported, so that no model's file can be it."""
        return top in self._imported_before or top in _ALWAYS_STANDARD or top in sys.builtin_module_names

    def search_path(self, context: DirectoryContext) -> tuple[list[str], list[str], list[str]]:
        """sys.path in the eyes of the context: its own entries before, everybody's, its own entries after."""
        if self._importing:
            base = self._base_path
            path = sys.path if context in self._importing.values() else context.path
        else:
            base = sys.path
            path = context.path
        common = set(base)
        before = [entry for entry in path if entry not in common]
        first_common = next((i for i, entry in enumerate(path) if entry in common), len(path))
        leading = [entry for entry in path[:first_common] if entry not in common]
        return leading, list(base), before[len(leading) :]

    def free_name(self, top: str, context: DirectoryContext, origin: str | None) -> str:
        """`top` if having it in sys.modules misleads nobody, else a name with the directory in it."""
        if self._is_free(top, origin):
            return top
        name = f"{top}@{context.label}"
        number = 2
        while name in sys.modules or name in self.owners:
            name = f"{top}@{context.label}#{number}"
            number += 1
        return name

    def _is_free(self, top: str, origin: str | None) -> bool:
        if top in sys.modules or top in self.owners or self.is_standard(top):
            return False
        if top in sys.stdlib_module_names and top not in _STANDARD_BUT_FREE:
            return False
        if top == "locustfile" or "." in top:
            return True
        base = self._base_path if self._importing else sys.path
        found = _find(top, base)
        return found is None or found.loader is None or found.origin == origin or top in _STANDARD_BUT_FREE

    def _label(self, directory: str, model_dir: str | None) -> str:
        start = os.path.realpath(model_dir) if model_dir else self._working_directory
        label = os.path.relpath(directory, start)
        if label == "." or label.startswith(".."):
            label = os.path.basename(directory)
        # A dot would make it a package's submodule.
        return label.replace(".", "_") or "root"

    @contextmanager
    def _import_environment(self, context: DirectoryContext) -> Iterator[None]:
        """sys.path as the context's models left it; what they add now is kept for the context alone."""
        assert not self._importing, "models are imported one at a time"
        path_object, self._base_path = sys.path, list(sys.path)
        own_before, base, own_after = self.search_path(context)
        # As with Locust the directory is named first even if it is there already.
        own_before = [context.directory, *(entry for entry in own_before if entry != context.directory)]
        sys.path[:] = [*own_before, *base, *own_after]
        self._importing[getcurrent()] = context
        try:
            yield
        finally:
            context.path = list(sys.path)
            sys.path = path_object
            sys.path[:] = self._base_path
            self._importing.clear()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Part of the import system: stands before the finder of sys.path."""
        top = fullname.partition(".")[0]
        owner = self.owners.get(top)
        if owner is not None:
            return owner.find_spec(fullname, path)
        if path is None and self._importing:
            context = self._importing.get(getcurrent())
            if context is not None:
                return self._find_for_library(context, top)
        return None

    def _find_for_library(self, context: DirectoryContext, top: str) -> ModuleSpec | None:
        """A library imports `top` while a model is being imported: the model's files come last."""
        spec = _find(top, self._base_path)
        if _is_module(spec):
            return spec
        name = context.resolve(top)
        if self.owners.get(name) is None:
            return None
        if name == top:
            return self.owners[name].find_spec(name, None)
        module = importlib.import_module(name)
        self.owners[top] = context
        return ModuleSpec(top, _AliasLoader(module))


def _import_in_context(import_statement: Callable[..., ModuleType]) -> Callable[..., ModuleType]:
    def __import__(
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        # Relative imports need no help: the package's name in sys.modules is unique already.
        if globals is None or level or type(loader := globals.get("__loader__")) is not ModelLoader:
            return import_statement(name, globals, locals, fromlist, level)
        return import_statement(loader.context.full_name(name), globals, locals, fromlist, level)

    return __import__


def _import_module_in_context(import_module: Callable[..., ModuleType]) -> Callable[..., ModuleType]:
    def import_module_in_context(name: str, package: str | None = None) -> ModuleType:
        if not name.startswith("."):
            loader = sys._getframe(1).f_globals.get("__loader__")
            if type(loader) is ModelLoader:
                name = loader.context.full_name(name)
        return import_module(name, package)

    import_module_in_context.__name__ = "import_module"
    import_module_in_context.__doc__ = import_module.__doc__
    return import_module_in_context


def plain_module_name(name: str) -> str:
    """A module's name as its author knows it: `common` for `common@shop`."""
    return re.sub(r"@[^.]*", "", name)


def _find(top: str, path: Sequence[str]) -> ModuleSpec | None:
    return PathFinder.find_spec(top, path) if path else None


def _is_module(spec: ModuleSpec | None) -> bool:
    """False too for a namespace package: any directory of that name is one."""
    return spec is not None and spec.loader is not None


def _ancestors(directory: str, model_dir: str | None) -> list[str]:
    if model_dir is None:
        return []
    top = os.path.realpath(model_dir)
    found = []
    while directory != top and directory.startswith(top.rstrip(os.sep) + os.sep):
        directory = os.path.dirname(directory)
        found.append(directory)
    return found


def _package_of(directory: str) -> tuple[str, str]:
    """Where to look for the package that `directory` is or belongs to, and the directory's dotted name."""
    root, package = os.path.split(directory)
    while os.path.isfile(os.path.join(root, "__init__.py")):
        root, name = os.path.split(root)
        package = f"{name}.{package}"
    return root, package


def _stem(path: str) -> str:
    return os.path.splitext(os.path.basename(path))[0]


def _execute(name: str, path: str, context: DirectoryContext) -> ModuleType:
    """Runs the file as the module `name`, wherever the import system would look for that name."""
    spec = spec_from_file_location(name, path, loader=ModelLoader(name, path, context))
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def _uses_relative_imports(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            source = file.read()
        if not _RELATIVE_IMPORT.search(source.decode("utf-8", "replace")):
            return False
        tree = ast.parse(source)
    except (OSError, SyntaxError, ValueError):
        # The import itself will say what is wrong.
        return False
    return any(isinstance(node, ast.ImportFrom) and node.level > 0 for node in ast.walk(tree))
