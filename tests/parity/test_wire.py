"""What goes over the wire for every shape of a request: every byte but the order of the headers, and what is random.

And what becomes of what comes back: parts, texts, cookies, redirects.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from conftest import programs
from outcome import Engine
from probing import compare, probe
from wire_differences import RESPONSE_DIFFERENCES, WIRE_DIFFERENCES


def summary(found: dict[str, Any]) -> str:
    return " | ".join(found["sent"][-1]) if found["sent"] else str(found["raised"])


def test_the_same_bytes_are_sent(tmp_path: Path) -> None:
    (program,) = programs()[Engine.OURS]
    locust, ours = probe("wire", Path(program), tmp_path)
    assert len(ours) > 220
    found = compare(locust, ours, WIRE_DIFFERENCES, {case: summary(sent) for case, sent in ours.items()})
    assert not found, "\n".join(found)


def test_responses_are_understood_alike(tmp_path: Path) -> None:
    (program,) = programs()[Engine.OURS]
    locust, ours = probe("responses", Path(program), tmp_path)
    assert len(ours) > 300
    found = compare(locust, ours, RESPONSE_DIFFERENCES, {case: str(made) for case, made in ours.items()})
    assert not found, "\n".join(found)
