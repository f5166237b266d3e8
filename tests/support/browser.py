"""Headless Chromium, where the machine has one."""

import html
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
    "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--virtual-time-budget=8000", "--enable-logging=stderr",
)  # fmt: skip

needs_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium on this machine"
)


def run_page(path: Path, width: int, height: int = 1000) -> tuple[str, list[str]]:
    """Return the page's DOM after its scripts have run, and its console's lines."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            [CHROMIUM, *FLAGS, f"--user-data-dir={profile}",
             f"--window-size={width},{height}", "--dump-dom", path.as_uri()],
            capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
    said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return done.stdout, said


def measure(source: Path, script: str, width: int, target: Path) -> Any:
    """Return what *script* (an expression) finds in a copy of *source*.

    The copy lacks the Content-Security-Policy, which would refuse the script.
    """
    page = re.sub(
        r'<meta http-equiv="Content-Security-Policy"[^>]*>',
        "",
        source.read_text(encoding="utf-8"),
    )
    probe = (
        "<script>{const out = document.createElement('pre'); out.id = 'measured';"
        f"out.textContent = JSON.stringify({script}); document.body.append(out);}}"
        "</script>"
    )
    head, tail = page.rsplit("</body>", 1)
    target.write_text(f"{head}{probe}</body>{tail}", encoding="utf-8")
    dom, said = run_page(target, width)
    found = re.search(r'<pre id="measured">(.*?)</pre>', dom, re.DOTALL)
    assert found, said
    return json.loads(html.unescape(found.group(1)))
