"""What `nest_engine` lends Python of the configuration and the plan of a run."""

from pathlib import Path

from running import RunNest

SCRIPT = """
import nest_engine as engine

dispatcher = engine.UserDispatcher([("A", 5, 0), ("B", 1, 0)])
print("".join(dispatcher.add(17)), dispatcher.remove(2), dispatcher.counts(), dispatcher.total)
try:
    engine.UserDispatcher([("A", 1, 0), ("A", 1, 0)])
except ValueError as error:
    print(error)

ramp = engine.Ramp(current=3, target=0, rate=2.0)
print(ramp.step(0, 0), ramp.pause(1, 0, 0), ramp.step(1, 1), ramp.pause(2, 1, 0), ramp.steps)

config = engine.load_nest_config("weights.json")
print(config.resolve([("a.py", "A", 4), ("b/a.py", "A", None)], [("t.py", "T", 2.5)]), config.warnings)
print([(helper.name, helper.cwd) for helper in config.dependencies])
try:
    config.resolve([("a.py", "B", None)], [])
except engine.UsageError as error:
    print(error)
"""

CONFIG = """{"locusts": {"b/a.py:A": 7}, "total_locusts": 7,
 "dependencies": [{"name": "data", "command": "true", "cwd": "sub"}]}
"""


def test_plan_and_configuration_reach_python(nest: RunNest, tmp_path: Path) -> None:
    (tmp_path / "weights.json").write_text(CONFIG)
    (tmp_path / "script.py").write_text(SCRIPT)
    result = nest("python", "script.py")
    assert result.stderr == ""
    assert result.stdout.splitlines() == [
        "AABAAAAABAAAAABAA ['A', 'A'] {'A': 12, 'B': 3} 15",
        "two user classes are called A",
        "1 0.5 1 0.25 3",
        "([4.0, 7.0], [2.5]) []",
        f"[('data', '{tmp_path}/sub')]",
        "weights.json:1:14: no user class 'b/a.py:A' in the models; there are B",
    ]
