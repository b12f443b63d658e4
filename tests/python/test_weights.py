"""Which weights are in force, and how they are shown."""

from __future__ import annotations

from typing import Any

import pytest

import nest_engine
from locust import TaskSet, User
from locust_nest import weights
from locust_nest.discovery import ModelClass, ModelFile
from locust_nest.weights import Weighted


def member(name: str, default: Any = 1, file: str = "shop.py", fixed_count: int = 0) -> ModelClass:
    cls = type(User)(name, (User,), {"fixed_count": fixed_count, "tasks": [lambda user: None]})
    return ModelClass(cls, name, ModelFile(f"/models/{file}", file, "/models"), default, name)


def taskset(name: str, default: float = 1) -> ModelClass:
    cls = type(TaskSet)(name, (TaskSet,), {})
    return ModelClass(cls, name, ModelFile("/models/shop.py", "shop.py", "/models"), default, name)


class Config:
    """Remembers what it is asked and answers with given weights."""

    def __init__(self, users: list[float], tasksets: list[float]) -> None:
        self.answer = (users, tasksets)
        self.asked: Any = None

    def resolve(
        self, users: list[tuple[str, str, float]], tasksets: list[tuple[str, str, float]]
    ) -> tuple[list[float], list[float]]:
        self.asked = (users, tasksets)
        return self.answer


def test_without_a_configuration_the_models_weights_are_in_force() -> None:
    users, tasksets = weights.resolve([member("A", 3), member("B", 0.5)], [taskset("T", 0)], None)
    assert [user.weight for user in users] == [3, 0.5]
    assert [entry.runs for entry in tasksets] == [False]


def test_the_configuration_decides_by_file_and_class() -> None:
    config = Config([4.0, 0], [2.5])
    users, tasksets = weights.resolve([member("A", 3), member("B", 1, "b/c.py")], [taskset("T")], config)
    assert config.asked == ([("shop.py", "A", 3), ("b/c.py", "B", 1)], [("shop.py", "T", 1)])
    assert [user.weight for user in users] == [4, 0] and isinstance(users[0].weight, int)
    assert tasksets[0].weight == 2.5


def test_the_configuration_may_name_classes_of_files_that_cannot_be_imported() -> None:
    config = Config([4, 1], [1])
    users, tasksets = weights.resolve([member("A")], [], config, [("old.py", "Old")])
    assert config.asked == ([("shop.py", "A", 1), ("old.py", "Old", 1)], [("old.py", "Old", 1)])
    assert [(user.member.name, user.weight) for user in users] == [("A", 4)] and tasksets == []


@pytest.mark.parametrize("weight", [-1, "3", None, float("nan"), float("inf"), True])
def test_a_models_weight_that_is_none_is_a_usage_error(weight: Any) -> None:
    with pytest.raises(
        nest_engine.UsageError, match="shop.py: the weight of A is .*, not a number"
    ) as raised:
        weights.resolve([member("A", weight)], [], None)
    assert raised.value.exit_code == 1


def test_weights_are_written_to_the_classes_and_zero_leaves_a_class_out() -> None:
    users = [Weighted(member("A"), 5), Weighted(member("B"), 0), Weighted(member("C", 0, fixed_count=2), 0)]
    assert weights.apply(users) == [users[0].member.cls, users[2].member.cls]
    assert [user.member.cls.weight for user in users] == [5, 0, 0]


def test_a_subclass_keeps_its_weight_when_its_base_gets_another() -> None:
    base = member("Base", 1)
    derived = ModelClass(type(User)("Derived", (base.cls,), {}), "Derived", base.file, 1, "Derived")
    weights.apply([Weighted(derived, 2), Weighted(base, 7)])
    assert (derived.cls.weight, base.cls.weight) == (2, 7)


def test_a_weight_of_zero_in_the_configuration_leaves_out_a_class_with_a_fixed_count() -> None:
    assert weights.apply([Weighted(member("A", 1, fixed_count=3), 0)]) == []


def test_the_table_shows_weights_and_shares_of_users_and_tasksets_together() -> None:
    users = [
        Weighted(member("Customer"), 5),
        Weighted(member("Idle"), 0),
        Weighted(member("Monitor", fixed_count=2), 1),
    ]
    assert weights.table(users, [Weighted(taskset("ReadReviews"), 3)]) == "\n".join(
        [
            "User class   Weight     Share",
            "----------  -------  --------",
            "Customer          5     62.5%",
            "Idle              0  left out",
            "Monitor     2 fixed         -",
            "",
            "TaskSet      Weight  Share",
            "-----------  ------  -----",
            "ReadReviews       3  37.5%",
        ]
    )


def test_the_table_names_the_files_if_class_names_are_ambiguous() -> None:
    users = [Weighted(member("W", file="a/x.py"), 1), Weighted(member("W", file="b/x.py"), 3)]
    assert weights.table(users).splitlines()[2:] == [
        "W                1  25.0%  a/x.py",
        "W                3  75.0%  b/x.py",
    ]


def test_configuration_entries_have_the_file_only_where_it_is_needed() -> None:
    users = [
        Weighted(member("W", file="a/x.py"), 1),
        Weighted(member("W", file="b/x.py"), 3),
        Weighted(member("V"), 0),
    ]
    assert weights.config_entries(users) == {"a/x.py:W": 1, "b/x.py:W": 3, "V": 0}
