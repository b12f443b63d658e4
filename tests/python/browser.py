"""A page in headless Chromium: what its console said, and what a script in it found."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

DEADLINE_S = 120
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
)


def chromium() -> str | None:
    return shutil.which("chromium")


def open_page(page: str, probe: str, folder: Path, width: int, dark: bool) -> dict[str, Any]:
    """What the JavaScript expression `probe` gives in the page; AssertionError if the console has a word to say.

    `dark` is what the reader's system prefers.
    """
    program = chromium()
    assert program is not None
    script = f"""<script>addEventListener("load", () => {{
        const found = document.createElement("pre");
        found.id = "probe";
        found.textContent = JSON.stringify({probe});
        document.body.append(found);
    }});</script>"""
    path = folder / "page.html"
    path.write_text(page.replace("</body>", script + "</body>"))
    scheme = "--blink-settings=preferredColorScheme=" + ("0" if dark else "1")
    place = [f"--user-data-dir={folder / 'profile'}", f"--window-size={width},1000", scheme]
    run = subprocess.run(
        [program, *FLAGS, *place, "--dump-dom", f"file://{path}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    console = [line for line in run.stderr.splitlines() if "CONSOLE" in line]
    assert console == []
    found = re.search(r'<pre id="probe">(.*?)</pre>', run.stdout, re.DOTALL)
    assert found, run.stderr
    result: dict[str, Any] = json.loads(html.unescape(found[1]))
    return result
