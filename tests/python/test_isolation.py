"""What model files may expect of `import` when many of them share a process."""

from __future__ import annotations

import builtins
import importlib
import pickle
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import get_type_hints

import gevent
import pytest

import locust  # noqa: F401  imported before any model, as in the product
from locust_nest.isolation import ModelImporter, plain_module_name


class Models:
    """A directory of model files, and the importer under test."""

    def __init__(self, directory: Path, importer: ModelImporter) -> None:
        self.directory = directory
        self.importer = importer

    def write(self, name: str, text: str = "") -> Path:
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        importlib.invalidate_caches()
        return path

    def load(self, name: str) -> ModuleType:
        return self.importer.load(str(self.directory / name), str(self.directory))


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Models]:
    working_directory = tmp_path / "work"
    working_directory.mkdir()
    monkeypatch.chdir(working_directory)
    path, modules = list(sys.path), dict(sys.modules)
    with ModelImporter() as importer:
        yield Models(tmp_path / "models", importer)
    sys.path[:] = path
    for name in set(sys.modules) - set(modules):
        del sys.modules[name]


def test_a_model_is_called_like_its_file(models: Models) -> None:
    models.write("shop_user.py", "name = __name__")
    models.write("locust.py", "name = __name__")
    assert models.load("shop_user.py").name == "shop_user"
    assert models.load("locust.py").name == "locustfile"


@pytest.mark.parametrize("name", ["shop-user.py", "1_first.py", "shop.v2.py", "with space.py", "class.py"])
def test_a_file_name_need_not_be_an_identifier(models: Models, name: str) -> None:
    models.write(name, "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: 'int' = 1\n")
    module = models.load(name)
    assert module.A().x == 1
    assert module.__name__ == name[: -len(".py")]
    assert sys.modules[module.__name__] is module


def test_a_model_sees_its_directory_first_and_the_working_directory_on_the_path(models: Models) -> None:
    models.write("a/model.py", "import sys\npath = list(sys.path)")
    path = models.load("a/model.py").path
    assert path[0] == str(models.directory / "a")
    assert str(Path.cwd()) in path
    assert str(models.directory / "a") not in sys.path
    assert str(Path.cwd()) in sys.path


def test_helper_modules_come_from_the_own_directory_then_the_working_directory(models: Models) -> None:
    Path("shared_helper.py").write_text("where = 'cwd'")
    Path("both_helper.py").write_text("where = 'cwd'")
    models.write("a/both_helper.py", "where = 'a'")
    models.write(
        "a/model.py", "import both_helper, shared_helper\nw = both_helper.where, shared_helper.where"
    )
    models.write(
        "b/model.py", "import both_helper, shared_helper\nw = both_helper.where, shared_helper.where"
    )
    assert models.load("a/model.py").w == ("a", "cwd")
    assert models.load("b/model.py").w == ("cwd", "cwd")


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_two_directories_may_have_helpers_and_packages_of_the_same_name(
    models: Models, order: tuple[str, str]
) -> None:
    for directory in "ab":
        models.write(f"{directory}/common.py", f"where = {directory!r}")
        models.write(f"{directory}/lib/__init__.py", "from . import deep\nfrom .deep import where as here")
        models.write(f"{directory}/lib/deep.py", "import common\nwhere = common.where")
        models.write(
            f"{directory}/locustfile.py",
            """
            import common
            import lib.deep
            import lib.deep as deep
            from lib import here
            from common import where
            seen = {common.where, lib.deep.where, deep.where, here, where}
            """,
        )
    for directory in order:
        assert models.load(f"{directory}/locustfile.py").seen == {directory}


def test_a_function_imports_its_own_directorys_helper_when_it_runs(models: Models) -> None:
    source = """
    import importlib
    def task():
        import late
        from late_package import part
        return late.where, part.where, importlib.import_module("late_package.other").where
    """
    for directory in "ab":
        models.write(f"{directory}/late.py", f"where = {directory!r}")
        models.write(f"{directory}/late_package/part.py", f"where = {directory!r}")
        models.write(f"{directory}/late_package/other.py", f"where = {directory!r}")
        models.write(f"{directory}/model.py", source)
    tasks = [models.load(f"{directory}/model.py").task for directory in "ab"]
    assert [task() for task in reversed(tasks)] == [("b",) * 3, ("a",) * 3]
    assert [task() for task in tasks] == [("a",) * 3, ("b",) * 3]


def test_a_helper_of_one_directory_does_not_exist_for_another(models: Models) -> None:
    models.write("a/local_settings.py", "debug = True")
    models.write("a/model.py", "import local_settings")
    models.write(
        "b/model.py", "try:\n    import local_settings\nexcept ImportError:\n    local_settings = None"
    )
    models.load("a/model.py")
    assert models.load("b/model.py").local_settings is None


def test_models_of_one_directory_share_helpers_and_each_other(models: Models) -> None:
    models.write("a/common.py", "users = []")
    models.write("a/one.py", "import common\ncommon.users.append(__name__)\nclass One: pass")
    models.write("a/two.py", "import common\nfrom one import One\ncommon.users.append(__name__)")
    two, one = models.load("a/two.py"), models.load("a/one.py")
    assert two.One is one.One
    assert one.common.users == ["one", "two"]


def test_helpers_may_import_the_model_that_imports_them(models: Models) -> None:
    models.write("a/locustfile.py", "HOST = 'x'\nfrom helper import host\nresult = host()")
    models.write("a/helper.py", "import locustfile\ndef host(): return locustfile.HOST")
    assert models.load("a/locustfile.py").result == "x"


def test_a_model_inside_a_package_may_import_relatively(models: Models) -> None:
    for package in ("a/shop", "b/shop"):
        models.write(f"{package}/__init__.py", "from .model import User")
        models.write(f"{package}/pages.py", f"where = {package!r}")
        models.write(f"{package}/common.py", f"where = {package!r}")
        models.write(
            f"{package}/model.py",
            "from . import pages\nfrom .pages import where\nimport common\nclass User: w = common.where",
        )
    for package in ("a/shop", "b/shop"):
        module = models.load(f"{package}/model.py")
        assert (module.where, module.User.w) == (package, package)
        assert sys.modules[module.__package__].User is module.User


def test_a_relative_import_works_without_an_init_file(models: Models) -> None:
    models.write("a/pages.py", "where = 'a'")
    models.write("a/my-model.py", "from .pages import where")
    assert models.load("a/my-model.py").where == "a"


def test_an_import_of_a_sibling_model_does_not_execute_it_twice(models: Models) -> None:
    models.write("shop/__init__.py")
    models.write("shop/base.py", "class Base: pass")
    models.write("shop/model.py", "from .base import Base")
    base = models.load("shop/base.py")
    assert models.load("shop/model.py").Base is base.Base
    assert base.__name__ == "base" and base.__spec__.name == "base"


def test_files_named_like_imported_modules_are_never_imported_by_that_name(models: Models) -> None:
    names = ("csv", "queue", "locust", "requests", "json")
    for name in names:
        models.write(f"{name}.py", "origin = 'model'")
    models.write("model.py", "import csv, queue, locust, requests, json")
    for name in names:
        assert models.load(f"{name}.py").origin == "model"
    module = models.load("model.py")
    assert [name for name in names if hasattr(getattr(module, name), "origin")] == []
    assert importlib.import_module("locust").__path__


def test_a_file_named_like_an_unused_standard_module_is_the_models_and_not_the_libraries(
    models: Models,
) -> None:
    sys.modules.pop("sndhdr", None)
    models.write("a/sndhdr.py", "where = 'model'")
    models.write("a/model.py", "import sndhdr, outside_library\nwhere = sndhdr.where")
    models.write("b/model.py", "import sndhdr")
    Path("outside_library.py").write_text("import sndhdr\nfrom sndhdr import what")
    assert models.load("a/model.py").where == "model"
    assert models.load("a/sndhdr.py").__name__ == "sndhdr@a"
    assert models.load("b/model.py").sndhdr.what
    assert sys.modules["sndhdr"].what


def test_a_library_can_import_a_models_module_by_name_while_the_model_is_imported(models: Models) -> None:
    Path("plugin_library.py").write_text(
        "import importlib\ndef load(name): return importlib.import_module(name)\n"
    )
    for directory in "ab":
        models.write(f"{directory}/my_settings.py", f"where = {directory!r}")
    models.write(
        "a/model.py", "import my_settings, plugin_library\nsame = plugin_library.load('my_settings')"
    )
    module = models.load("a/model.py")
    assert module.same is module.my_settings


def test_paths_that_a_model_adds_are_its_own(models: Models) -> None:
    for directory in "ab":
        models.write(f"{directory}/vendored/thing.py", f"where = {directory!r}")
        models.write(
            f"{directory}/model.py",
            """
            import os, sys
            sys.path.append(os.path.join(os.path.dirname(__file__), "vendored"))
            def task():
                import thing
                return thing.where
            """,
        )
    before = list(sys.path)
    tasks = [models.load(f"{directory}/model.py").task for directory in "ab"]
    assert [task() for task in tasks] == ["a", "b"]
    assert sys.path == before


def test_a_helper_may_lie_in_a_directory_above_and_is_shared(models: Models) -> None:
    models.write("lib/tools.py", "calls = []")
    models.write("a/model.py", "from lib import tools\ntools.calls.append('a')")
    models.write("b/model.py", "from lib import tools\ntools.calls.append('b')")
    models.load("a/model.py")
    assert models.load("b/model.py").tools.calls == ["a", "b"]


def test_a_directory_without_init_file_does_not_hide_an_installed_module(models: Models) -> None:
    Path("installed_thing.py").write_text("where = 'installed'")
    models.write("a/installed_thing/data.txt")
    models.write("a/model.py", "import installed_thing")
    assert models.load("a/model.py").installed_thing.where == "installed"


def test_lookups_by_module_name_find_the_right_module_in_spite_of_collisions(models: Models) -> None:
    for directory in "ab":
        models.write(
            f"{directory}/locustfile.py",
            """
            from __future__ import annotations
            import sys
            from dataclasses import dataclass, field
            from typing import ClassVar, NamedTuple
            class Item: pass
            @dataclass
            class Order:
                item: Item
                count: ClassVar[int] = 0
                tags: list[str] = field(default_factory=list)
            class Point(NamedTuple):
                x: Item
            itself = sys.modules[__name__]
            """,
        )
    first, second = (models.load(f"{directory}/locustfile.py") for directory in "ab")
    assert first.__name__ == "locustfile"
    assert second.__name__ == "locustfile@b" and plain_module_name(second.__name__) == "locustfile"
    for module in (first, second):
        assert module.itself is module
        assert get_type_hints(module.Order)["item"] is module.Item
        assert get_type_hints(module.Point)["x"] is module.Item
        assert type(pickle.loads(pickle.dumps(module.Order(module.Item()))).item) is module.Item


def test_a_failed_import_leaves_nothing_behind_and_may_be_tried_again(models: Models) -> None:
    models.write("a/model.py", "import broken_helper")
    models.write("a/broken_helper.py", "1 / 0")
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            models.load("a/model.py")
    assert "model" not in sys.modules and "broken_helper" not in sys.modules
    assert not any("models" in entry for entry in sys.path)
    models.write("a/broken_helper.py", "value = 'mended'")
    assert models.load("a/model.py").broken_helper.value == "mended"


def test_a_model_may_switch_greenlets_while_it_is_imported(models: Models) -> None:
    for directory in "ab":
        models.write(f"{directory}/common.py", f"import gevent\ngevent.sleep(0)\nwhere = {directory!r}")
        models.write(f"{directory}/late.py", f"import gevent\ngevent.sleep(0)\nwhere = {directory!r}")
    models.write(
        "a/model.py",
        """
        import gevent
        import common
        seen = []
        def background():
            gevent.sleep(0)
            import late
            seen.append(late.where)
            import common
            seen.append(common.where)
        greenlet = gevent.spawn(background)
        """,
    )
    models.write("b/model.py", "import gevent\ngevent.sleep(0)\nimport common, late\ngevent.sleep(0)")
    first, second = models.load("a/model.py"), models.load("b/model.py")
    gevent.joinall([first.greenlet], timeout=10, raise_error=True)
    assert first.seen == ["a", "a"]
    assert (first.common.where, second.common.where, second.late.where) == ("a", "b", "b")


def test_uninstalling_gives_the_import_system_back() -> None:
    before = builtins.__import__, importlib.import_module, list(sys.meta_path)
    importer = ModelImporter()
    importer.install()
    assert builtins.__import__ is not before[0]
    importer.uninstall()
    assert (builtins.__import__, importlib.import_module, list(sys.meta_path)) == before
