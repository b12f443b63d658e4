"""What a case of the suite is: which model, with which options, and how exactly its outcome is determined."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Counts(Enum):
    """How well the model determines the number of its requests."""

    EQUAL = "the same number of requests of each name"
    CLOSE = "numbers within `Case.tolerance`, since time or chance decides"


@dataclass(frozen=True)
class Case:
    name: str
    model: str
    """File in models/ that this program runs, and Locust too unless there is a twin; or several, with commas."""
    legacy: bool = False
    """A model of the 0.x era: compared with Locust 0.14.6, in the aspects that its output shares with today's."""
    twin: str | None = None
    """The same legacy model for Locust 2, for machines without a Python that 0.14.6 runs on."""
    users: int = 1
    rate: float = 10
    run_time: str | None = "15"
    """Most models end as soon as all their users have; for these it is only the limit."""
    args: tuple[str, ...] = ()
    legacy_args: tuple[str, ...] | None = None
    """Of a legacy case, instead of --no-web -c -r -t: options that both programs understand."""
    project: str | None = None
    """Folder of models/ that becomes the working directory, as a copy; `model` is a file in it."""
    script: bool = False
    """The model is a program that uses Locust as a library: run by the Python that has it, without options."""
    plain: bool = False
    """No option but those in `args`: the rest stands in files or in the environment."""
    runs: bool = True
    """Whether Locust gets as far as importing the model; False for what is refused before."""
    environment: tuple[tuple[str, str], ...] = ()
    host: bool = True
    counts: Counts = Counts.EQUAL
    tolerance: float = 0.0
    ordered: bool = True
    """Whether trace and stdout are compared in their order; several users at once may be interleaved."""
    signal: int | None = None
    """Sent when the run is `signal_after_s` old; without a run time it is what ends it."""
    signal_after_s: float = 1.5
    skip: frozenset[str] = frozenset()
    """Aspects that are not determined: CSV files, say, when there are requests in the last second."""

    @property
    def deadline_s(self) -> float:
        return 40.0


SIGINT, SIGTERM = 2, 15
