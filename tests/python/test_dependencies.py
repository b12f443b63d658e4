"""Helper processes as the run sees them: `locust_nest.dependencies` on the native supervisor."""

import contextlib
import logging
import os
import signal
import socket
import subprocess
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
import gevent.event
import gevent.subprocess
import pytest

from locust_nest.dependencies import Dependencies
from nest_engine import DependencySpec, Supervisor, UsageError

DEADLINE_S = 30.0


def shell(name: str, script: str, **options: Any) -> DependencySpec:
    options.setdefault("timeout_s", DEADLINE_S)
    return DependencySpec(name=name, command=["/bin/sh", "-c", script], **options)


def unexpected_death(name: str, reason: str) -> None:
    raise AssertionError(f"{name} {reason}")


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


def wait_for(condition: Callable[[], bool]) -> None:
    with gevent.Timeout(DEADLINE_S):
        while not condition():
            gevent.sleep(0.01)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "dependencies.log"


@pytest.fixture
def dependencies(log: Path) -> Iterator[Dependencies]:
    dependencies = Dependencies(log, grace_s=DEADLINE_S)
    yield dependencies
    dependencies.stop()


def test_starts_one_after_the_other_and_stops_in_reverse_order(dependencies: Dependencies, log: Path) -> None:
    script = (
        "exec 2>/dev/null; trap 'echo bye; exit 0' TERM; echo starting; sleep 0.1; echo ready;"
        " while :; do sleep 0.01; done"
    )
    specs = [shell(name, script, ready={"log": "^ready$"}) for name in ("data", "shop")]
    dependencies.start(specs, unexpected_death)
    dependencies.stop()
    assert log.read_text().splitlines() == [
        "[data] starting",
        "[data] ready",
        "[shop] starting",
        "[shop] ready",
        "[shop] bye",
        "[data] bye",
    ]


def test_other_greenlets_run_while_it_waits(dependencies: Dependencies, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    gevent.spawn_later(0.05, gate.touch)
    script = f"while ! [ -e {gate} ]; do sleep 0.01; done; echo ready; exec sleep 1000"
    dependencies.start([shell("data", script, ready={"log": "ready"})], unexpected_death)
    assert gate.exists()


def test_other_greenlets_run_while_it_stops(dependencies: Dependencies, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    script = (
        f"exec 2>/dev/null; trap 'while ! [ -e {gate} ]; do sleep 0.01; done; exit 0' TERM; echo ready;"
        " while :; do sleep 0.01; done"
    )
    dependencies.start([shell("data", script, ready={"log": "ready"})], unexpected_death)
    gevent.spawn_later(0.05, gate.touch)
    dependencies.stop()
    assert gate.exists()


def test_no_dependencies_leave_no_log(dependencies: Dependencies, log: Path) -> None:
    dependencies.start([], unexpected_death)
    assert not log.exists()


def test_a_failed_start_shows_the_end_of_the_output_and_stops_the_others(
    dependencies: Dependencies, log: Path
) -> None:
    specs = [
        shell("data", "echo $$; exec sleep 1000", ready={"log": "."}),
        shell("shop", "echo cannot open the till; exit 3", ready={"log": "never"}),
    ]
    with pytest.raises(UsageError) as failure:
        dependencies.start(specs, unexpected_death)
    first_line, *output = str(failure.value).splitlines()
    assert first_line.startswith("dependency 'shop' exited with status 3; ")
    assert str(log) in first_line
    assert output == ["    cannot open the till"]
    assert failure.value.exit_code == 2
    assert not is_alive(int(log.read_text().split()[1]))


def test_a_command_that_cannot_run_stops_the_others(dependencies: Dependencies, log: Path) -> None:
    specs = [
        shell("data", "echo $$; exec sleep 1000", ready={"log": "."}),
        DependencySpec(name="shop", command=["no-such-program"]),
    ]
    with pytest.raises(
        UsageError, match="^dependency 'shop': there is no program 'no-such-program' in PATH$"
    ):
        dependencies.start(specs, unexpected_death)
    assert not is_alive(int(log.read_text().split()[1]))


def test_a_dependency_that_is_not_ready_in_time_is_a_failed_start(dependencies: Dependencies) -> None:
    spec = shell("data", "exec sleep 1000", ready={"log": "ready"}, timeout_s=0.1)
    with pytest.raises(
        UsageError, match=r"dependency 'data' was not ready within 0.1 s: no line of its output"
    ):
        dependencies.start([spec], unexpected_death)


def test_a_dependency_that_is_not_required_may_fail(
    dependencies: Dependencies, caplog: pytest.LogCaptureFixture
) -> None:
    spec = shell("cache", "exit 1", ready={"log": "ready"}, required=False)
    dependencies.start([spec], unexpected_death)
    assert "The run goes on although dependency 'cache' exited with status 1" in caplog.text


def test_tells_that_a_start_takes_long(dependencies: Dependencies, capfd: pytest.CaptureFixture[str]) -> None:
    spec = shell("data", "sleep 1.2; echo ready; exec sleep 1000", ready={"log": "ready"}, timeout_s=30)
    dependencies.start([spec], unexpected_death)
    waiting, ready = capfd.readouterr().err.splitlines()
    assert waiting == "locust-nest: waiting for dependency 'data', for up to 30 s"
    assert ready.startswith("locust-nest: dependency 'data' is ready after ")


def test_the_death_of_a_required_dependency_is_told_once(dependencies: Dependencies, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    deaths: list[tuple[str, str]] = []
    script = f"while ! [ -e {gate} ]; do sleep 0.01; done; exit 5"
    dependencies.start([shell("data", script)], lambda name, reason: deaths.append((name, reason)))
    gate.touch()
    wait_for(lambda: bool(deaths))
    dependencies.stop()
    assert deaths == [("data", "exited with status 5")]


def test_a_death_at_the_start_is_told_or_refused(dependencies: Dependencies) -> None:
    died = gevent.event.Event()
    try:
        dependencies.start([shell("data", "exit 5")], lambda name, reason: died.set())
    except UsageError as error:  # it was gone before anyone looked
        assert str(error) == "dependency 'data' exited with status 5"
    else:
        assert died.wait(DEADLINE_S)


def test_the_death_of_another_dependency_is_only_logged(
    dependencies: Dependencies, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    gate = tmp_path / "gate"
    script = f"while ! [ -e {gate} ]; do sleep 0.01; done; kill -KILL $$"
    dependencies.start([shell("cache", script, required=False)], unexpected_death)
    gate.touch()
    wait_for(lambda: "Dependency 'cache' was killed by signal 9 (SIGKILL); the run goes on" in caplog.text)


def test_may_be_stopped_from_the_greenlet_that_tells_the_death(
    dependencies: Dependencies, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    script = f"while ! [ -e {gate} ]; do sleep 0.01; done; exit 5"
    stopped = gevent.event.Event()

    def on_death(name: str, reason: str) -> None:
        dependencies.stop()
        stopped.set()

    dependencies.start([shell("other", "exec sleep 1000"), shell("data", script)], on_death)
    gate.touch()
    assert stopped.wait(DEADLINE_S)


def test_stopping_twice_and_at_once_is_fine(dependencies: Dependencies) -> None:
    dependencies.start([shell("data", "exec sleep 1000")], unexpected_death)
    gevent.joinall([gevent.spawn(dependencies.stop) for _ in range(3)], raise_error=True, timeout=DEADLINE_S)
    dependencies.stop()


def test_a_killed_greenlet_finishes_the_stop(dependencies: Dependencies, log: Path) -> None:
    script = "exec 2>/dev/null; echo $$; trap 'sleep 0.1; exit 0' TERM; while :; do sleep 0.01; done"
    dependencies.start([shell("data", script, ready={"log": "."})], unexpected_death)
    stopper = gevent.spawn(dependencies.stop)
    gevent.sleep(0.02)
    stopper.kill(timeout=DEADLINE_S)
    assert not is_alive(int(log.read_text().split()[1]))


def test_may_be_stopped_in_the_hub(dependencies: Dependencies, log: Path) -> None:
    dependencies.start([shell("data", "echo $$; exec sleep 1000", ready={"log": "."})], unexpected_death)
    gevent.get_hub().loop.run_callback(dependencies.stop)
    pid = int(log.read_text().split()[1])
    wait_for(lambda: not is_alive(pid))


def test_lives_together_with_gevents_subprocesses(dependencies: Dependencies, tmp_path: Path) -> None:
    """libev collects every child that ends, also ours: the death is told, if not always its status."""
    gate = tmp_path / "gate"
    deaths: list[str] = []
    script = f"sleep 1000 & while ! [ -e {gate} ]; do sleep 0.01; done; exit 5"
    dependencies.start([shell("data", script)], lambda name, reason: deaths.append(name))
    with gevent.subprocess.Popen(["/bin/sh", "-c", f"touch {gate}; sleep 0.1"]) as other:
        assert other.wait(DEADLINE_S) == 0
    wait_for(lambda: deaths == ["data"])


def test_a_name_may_be_used_once(dependencies: Dependencies) -> None:
    with pytest.raises(UsageError, match="there are two of this name"):
        dependencies.start([shell("data", "exec sleep 1000"), shell("data", "exit")], unexpected_death)


def test_a_spec_that_cannot_work_is_refused() -> None:
    with pytest.raises(UsageError, match="dependency 'data': not a host:port"):
        shell("data", "exit", ready={"tcp": "9000"})
    with pytest.raises(UsageError, match="exactly one of the keys http, tcp and log"):
        shell("data", "exit", ready={"udp": "9000"})


def test_a_taken_port_is_named(dependencies: Dependencies) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(UsageError, match=f"dependency 'data': {address} is already in use"):
            dependencies.start([shell("data", "exit", ready={"tcp": address})], unexpected_death)


def test_the_native_supervisor_stops_with_its_object(log: Path) -> None:
    supervisor = Supervisor(str(log))
    supervisor.start(shell("data", "exec sleep 1000"))
    pid = supervisor.poll()[0].pid
    del supervisor
    assert not is_alive(pid)


PROGRAM = """
    import os, signal, sys
    import gevent
    from locust_nest.dependencies import Dependencies
    from nest_engine import DependencySpec
    script = "exec 2>/dev/null; trap 'echo bye; exit 0' TERM; echo $$; while :; do sleep 0.01; done"
    spec = DependencySpec(name="data", command=["/bin/sh", "-c", script], ready={"log": "."}, timeout_s=30)
    dependencies = Dependencies(sys.argv[1], grace_s=30)
    dependencies.start([spec], lambda name, reason: None)
"""


@pytest.mark.parametrize(
    ("ending", "says_bye"),
    [
        ("sys.exit(3)", True),
        ("raise RuntimeError('a bug')", True),
        ("signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); os.kill(os.getpid(), signal.SIGTERM)", True),
        ("gevent.spawn(sys.exit, 0).join(); gevent.sleep(60)", True),
        ("os.kill(os.getpid(), signal.SIGKILL)", False),
    ],
)
def test_nothing_outlives_the_program_however_it_ends(log: Path, ending: str, says_bye: bool) -> None:
    program = textwrap.dedent(PROGRAM) + ending + "\n"
    subprocess.run([*interpreter(), "-c", program, str(log)], timeout=DEADLINE_S, stderr=subprocess.PIPE)
    output = log.read_text().splitlines()
    pid = int(output[0].split()[1])
    wait_for(lambda: not is_alive(pid))
    assert ("[data] bye" in output) == says_bye


GRANDCHILD = """
    import os, signal, sys
    import gevent
    from locust_nest.dependencies import Dependencies
    from nest_engine import DependencySpec
    script = "sh -c 'echo $$; trap true TERM; while :; do sleep 1; done' & wait"
    spec = DependencySpec(name="data", command=["/bin/sh", "-c", script], ready={"log": "."}, timeout_s=30)
    dependencies = Dependencies(sys.argv[1])
    dependencies.start([spec], lambda name, reason: None)
"""


@pytest.mark.parametrize(
    "ending",
    [
        "os._exit(3)",
        "os.kill(os.getpid(), signal.SIGKILL)",
        "os.kill(os.getpid(), signal.SIGSEGV)",
        # A copy that outlives the program, with all its descriptors.
        "os.fork() or signal.pause(); print(os.getpid()); os._exit(3)",
    ],
)
def test_what_a_helper_started_does_not_outlive_the_program_either(log: Path, ending: str) -> None:
    # The copy must not be waited for: it holds our end of the pipe.
    program = subprocess.Popen(
        [*interpreter(), "-c", textwrap.dedent(GRANDCHILD) + ending + "\n", str(log)],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        program.wait(timeout=DEADLINE_S)
        grandchild = int(log.read_text().split()[1])
        wait_for(lambda: not is_alive(grandchild))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)


def test_no_watcher_remains_after_a_normal_end(log: Path, dependencies: Dependencies) -> None:
    before = children()
    dependencies.start([shell("data", "exec sleep 1000"), shell("more", "exec sleep 1000")], unexpected_death)
    assert len(children() - before) == 4
    dependencies.stop()
    assert children() == before


def children() -> set[int]:
    """The processes, living or not yet collected, whose parent we are."""
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return {int(pid) for pid in file.read().split()}


def test_ctrl_c_cuts_the_grace_period_short(log: Path) -> None:
    program = (
        textwrap.dedent(PROGRAM)
        .replace("echo bye; exit 0", "echo asked")
        .replace("grace_s=30", "grace_s=1e6")
        + "dependencies.stop()\n"
    )
    process = subprocess.Popen([*interpreter(), "-c", program, str(log)], stderr=subprocess.PIPE)
    wait_for(lambda: log.exists() and "[data] asked" in log.read_text())
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=DEADLINE_S)
    assert not is_alive(int(log.read_text().split()[1]))


def interpreter() -> list[str]:
    """The command that runs Python with the engine: this program."""
    return [os.readlink("/proc/self/exe"), "python"]


@pytest.fixture(autouse=True)
def all_log_levels(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
