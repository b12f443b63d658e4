"""The package against that of Locust: every public name, member, parameter and constant is there.

Both packages are asked in their own interpreters (tests/support/api_surface.py).
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from surface_exceptions import ATTRIBUTES, EXCEPTIONS

ROOT = Path(__file__).resolve().parents[2]
SURFACE = ROOT / "tests/support/api_surface.py"
OBJECTS = ROOT / "tests/support/api_objects.py"
PYTHON = os.environ.get("LOCUST_ORACLE_PYTHON", str(ROOT / "build/oracle/bin/python"))
DEADLINE_S = 600

POSITIONAL = ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD")


def ask(command: list[str], given: str | None = None) -> Any:
    # Ours runs with the packages that Locust brings along.
    environment = {**os.environ, "VIRTUAL_ENV": str(Path(PYTHON).parent.parent)}
    result = subprocess.run(
        command, input=given, env=environment, capture_output=True, text=True, timeout=DEADLINE_S
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def ask_ours(script: Path, like: Any) -> Any:
    """What our package has of what Locust's has."""
    return ask([os.environ["LOCUST_NEST_BINARY"], "python", str(script), "--like"], json.dumps(like))


@pytest.fixture(scope="module")
def locust_surface() -> dict[str, Any]:
    found: dict[str, Any] = ask([PYTHON, str(SURFACE)])
    return found


@pytest.fixture(scope="module")
def differences(locust_surface: dict[str, Any]) -> list[str]:
    return list(compare(locust_surface, ask_ours(SURFACE, locust_surface)))


def compare(theirs: dict[str, Any], ours: dict[str, Any]) -> Iterator[str]:
    """A line for everything in which our package falls short."""
    for module, their in theirs.items():
        our = ours[module]
        if "missing" in our:
            yield f"{module}: {our['missing']}"
            continue
        yield from (f"{module}.__all__: lacks {name}" for name in their["all"] if name not in our["all"])
        for name, thing in their["names"].items():
            place = f"{module}.{name}"
            if name not in our["names"]:
                yield f"{place}: missing"
                continue
            yield from compare_things(place, thing, our["names"][name])


def compare_things(place: str, theirs: dict[str, Any], ours: dict[str, Any]) -> Iterator[str]:
    if theirs.get("parameters"):
        yield from compare_parameters(place, theirs["parameters"], ours.get("parameters") or [])
    for name, member in theirs.get("members", {}).items():
        if name not in ours.get("members", {}):
            yield f"{place}.{name}: missing"
        else:
            yield from compare_things(f"{place}.{name}", member, ours["members"][name])
    if place.rpartition(".")[2].isupper() and theirs.get("value") != ours.get("value"):
        yield f"{place}: is {ours.get('value')}, not {theirs.get('value')}"


def compare_parameters(place: str, theirs: list[Any], ours: list[Any]) -> Iterator[str]:
    """What a call that Locust takes cannot be written with ours; further optional parameters are no matter."""
    if all(kind.startswith("VAR") for _, kind, *_ in theirs):
        return  # a wrapper, which does not tell what it takes
    kinds = {kind for _, kind, *_ in ours}
    named = {name: (kind, optional, default) for name, kind, optional, default in ours}
    positions = [name for name, kind, *_ in ours if kind in POSITIONAL]
    for position, (name, kind, optional, default) in enumerate(theirs):
        if kind in ("VAR_POSITIONAL", "VAR_KEYWORD"):
            if kind not in kinds:
                yield f"{place}: takes no {'*' if kind == 'VAR_POSITIONAL' else '**'}{name}"
            continue
        if name not in named:
            if "VAR_KEYWORD" not in kinds or (kind in POSITIONAL and "VAR_POSITIONAL" not in kinds):
                yield f"{place}: has no parameter {name}"
            continue
        our_kind, our_optional, our_default = named[name]
        if kind in POSITIONAL and positions[position : position + 1] != [name]:
            yield f"{place}: {name} is not parameter {position}"
        if optional and not our_optional:
            yield f"{place}: {name} may not be left out"
        elif optional and default != our_default:
            yield f"{place}: {name} is {our_default!r} if left out, not {default!r}"
    required = [
        name for name, (kind, optional, _) in named.items() if not optional and not kind.startswith("VAR")
    ]
    yield from (
        f"{place}: requires {name}" for name in required if name not in (known[0] for known in theirs)
    )


def excuse(difference: str) -> str | None:
    """The exception that covers it."""
    return next((known for known in EXCEPTIONS if difference.startswith(known)), None)


def test_everything_that_locust_offers_by_name_is_there(differences: list[str]) -> None:
    assert [line for line in differences if not excuse(line)] == []


def test_every_exception_is_still_needed(differences: list[str]) -> None:
    assert set(EXCEPTIONS) - {excuse(line) for line in differences} == set()


def test_the_objects_that_models_meet_have_every_attribute_of_locusts() -> None:
    theirs = ask([PYTHON, str(OBJECTS)])
    ours = ask_ours(OBJECTS, theirs)
    missing = {kind: set(names) - set(ours[kind]) for kind, names in theirs.items()}
    assert {kind: names for kind, names in missing.items() if names} == {
        kind: set(names.split()) for kind, (names, _) in ATTRIBUTES.items()
    }


def test_a_type_checker_lets_a_model_import_all_of_it(locust_surface: dict[str, Any], tmp_path: Path) -> None:
    names = [(module, name) for module, their in locust_surface.items() for name in their.get("names", {})]
    imports = [
        f"from {module} import {name} as _{number}\n"
        for number, (module, name) in enumerate(names)
        if not excuse(f"{module}: ") and not excuse(f"{module}.{name}: missing")
    ]
    (tmp_path / "model.py").write_text("".join(imports))
    result = subprocess.run(
        [PYTHON, "-m", "mypy", "--strict", "--follow-imports=silent", "--cache-dir", "cache", "model.py"],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(ROOT / "python")},
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    assert [line for line in result.stdout.splitlines() if line.startswith("model.py:")] == []


def test_the_comparison_notices_what_is_missing() -> None:
    def module(**names: Any) -> dict[str, Any]:
        return {"m": {"names": names, "all": list(names)}}

    def function(*parameters: Any) -> dict[str, Any]:
        return {"parameters": list(parameters)}

    first = ["a", "POSITIONAL_OR_KEYWORD", False, "<object>"]
    second = ["b", "POSITIONAL_OR_KEYWORD", True, 1]
    theirs = module(f=function(first, second), C={"members": {"x": {}}}, LIMIT={"value": 3})
    assert list(compare(theirs, theirs)) == []
    assert list(compare(theirs, {"m": {"missing": "no such module"}})) == ["m: no such module"]
    ours = module(f=function(["a", *second[1:]], ["c", *first[1:]]), C={"members": {}}, LIMIT={"value": 4})
    assert list(compare(theirs, ours)) == [
        "m.f: has no parameter b",
        "m.f: requires c",
        "m.C.x: missing",
        "m.LIMIT: is 4, not 3",
    ]
    assert list(compare(theirs, module(f=function(first), C=theirs["m"]["names"]["C"]))) == [
        "m.__all__: lacks LIMIT",
        "m.f: has no parameter b",
        "m.LIMIT: missing",
    ]
