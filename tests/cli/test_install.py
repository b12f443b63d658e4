"""`cmake --install`: what it lays out runs from any prefix."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_S = 120

MODEL = """
from locust import User, task

class Visitor(User):
    @task
    def visit(self):
        self.environment.events.request.fire(
            request_type="X", name="x", response_time=1, response_length=0, exception=None, context={}
        )
        self.environment.runner.quit()
"""


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    prefix = tmp_path_factory.mktemp("installed")
    build = Path(os.environ["LOCUST_NEST_BINARY"]).resolve().parent.parent
    subprocess.run(
        ["cmake", "--install", build, "--prefix", prefix],
        check=True,
        capture_output=True,
        timeout=DEADLINE_S,
    )
    return prefix


def test_every_file_of_the_packages_is_installed(prefix: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "python"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    installed = prefix / "share/locust-nest"
    assert [name for name in tracked if not (installed / name).is_file()] == []
    assert list(installed.rglob("*.pyc")) == []


def test_the_installed_program_runs_and_reports(prefix: Path, tmp_path: Path) -> None:
    (tmp_path / "locustfile.py").write_text(MODEL)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOCUST_")}
    result = subprocess.run(
        [prefix / "bin/locust", "--headless", "--html", "report.html"],
        cwd=tmp_path,
        env={**environment, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    assert (result.returncode, "Traceback" in result.stderr) == (0, False), result.stderr
    assert "Visitor" in (tmp_path / "report.html").read_text()
    assert (
        str(prefix)
        in subprocess.run(
            [prefix / "bin/locust-nest", "python", "-c", "import locust; print(locust.__file__)"],
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
        ).stdout
    )
