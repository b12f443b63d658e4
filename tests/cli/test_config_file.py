"""Mistakes in config.json stop the program before anything runs, in one line that points at them."""

from pathlib import Path

import pytest
from running import RunNest

MODEL = """
from locust import User, constant, task

class Customer(User):
    wait_time = constant(1)

    @task
    def work(self):
        pass
"""


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            '{\n  "locusts": {\n    "Custmer": 1\n  }\n}',
            "config.json:3:5: no user class 'Custmer' in the models. Did you mean 'Customer'?",
        ),
        (
            '{"locusts": {"Customer": -1}}',
            "config.json:1:26: the weight of 'Customer' must be a number of 0 or more, not -1",
        ),
        ('{"locust": {}}', "config.json:1:2: unknown key 'locust'. Did you mean 'locusts'?"),
        (
            '{"dependencies": [{"name": "a", "command": []}]}',
            "config.json:1:44: 'command' must not be empty",
        ),
    ],
)
def test_mistakes_are_one_line_with_their_place(
    nest: RunNest, tmp_path: Path, config: str, message: str
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "shop.py").write_text(MODEL)
    (tmp_path / "config.json").write_text(config)
    result = nest("--headless", "-t", "1s")
    assert result.stderr.splitlines()[-1] == f"locust-nest: error: {message}"
    assert "Traceback" not in result.stderr
    assert result.returncode == 2


def test_a_named_file_must_exist(nest: RunNest, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "shop.py").write_text(MODEL)
    result = nest("--headless", "--config-file", "no.json")
    assert result.returncode == 2
    assert "locust-nest: error: configuration file no.json: No such file or directory\n" in result.stderr
