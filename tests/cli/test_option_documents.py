"""What is written from the table of options: the reference, the man page, the completion of shells."""

import shutil
import subprocess
from pathlib import Path

import pytest
from running import RunNest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("document", "path"), [("markdown", "docs/options.md"), ("man", "docs/locust-nest.1")]
)
def test_the_documents_are_those_of_the_table(nest: RunNest, document: str, path: str) -> None:
    assert nest("reference", document).stdout == (ROOT / path).read_text(), "run scripts/reference"


def complete(nest: RunNest, *words: str, program: str = "locust-nest") -> list[str]:
    """What bash offers for the last word."""
    script = nest("completion", "bash").stdout
    quoted = " ".join(f"'{word}'" for word in (program, *words))
    setting = f"COMP_WORDS=({quoted}); COMP_CWORD={len(words)}"
    ask = f"{script}\n{setting}; _locust_nest; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    return subprocess.run(
        ["bash", "-c", ask], capture_output=True, text=True, check=True, cwd=ROOT, timeout=60
    ).stdout.split()


def test_bash_completes_options_values_and_commands(nest: RunNest) -> None:
    assert complete(nest, "--spa") == ["--spawn-rate"]
    assert complete(nest, "--strict", "--loglevel", "D") == ["DEBUG"]
    assert complete(nest, "--loglevel", "=", "W") == ["WARNING"]
    assert complete(nest, "-d", "mod") == ["models"]
    assert complete(nest, "-f", "CHANGE") == ["CHANGELOG.md"]
    assert complete(nest, "comp") == ["completion"]
    assert complete(nest, "completion", "") == ["bash", "zsh"]
    assert complete(nest, "--users", "") == []


def test_called_locust_it_completes_only_locusts_options(nest: RunNest) -> None:
    assert complete(nest, "--strict", program="locust") == []
    assert complete(nest, "comp", program="locust") == []
    assert complete(nest, "--only", program="/usr/bin/locust") == ["--only-summary"]


@pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh")
def test_zsh_takes_its_script(nest: RunNest, tmp_path: Path) -> None:
    (tmp_path / "script").write_text(nest("completion", "zsh").stdout)
    ask = f"autoload -U compinit; compinit -D -u; source {tmp_path}/script; print $_comps[locust-nest] $_comps[locust]"
    result = subprocess.run(["zsh", "-fc", ask], capture_output=True, text=True, timeout=60)
    assert (result.stdout, result.stderr) == ("_locust_nest _locust_nest\n", "")


def test_another_shell_is_refused(nest: RunNest) -> None:
    result = nest("completion", "fish")
    assert (result.returncode, result.stderr) == (
        2,
        "locust-nest: error: completion: name a shell: bash or zsh\n",
    )
