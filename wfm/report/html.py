"""The report: one self-contained page that works offline."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfm import __version__
from wfm.report.inputs import ReportInput
from wfm.report.payload import payload, to_script
from wfm.report.sections import context

if TYPE_CHECKING:
    from jinja2 import Environment

SCRIPTS = ("base.js", "forecast.js", "cover.js", "sun.js", "gantt.js", "page.js")


def write_html(path: Path, inputs: ReportInput) -> None:
    """Write the report of one run to *path*.

    The page makes no request: style, script and data are inline, fonts are the
    system's, and its Content-Security-Policy allows nothing but this very script.
    """
    path.write_text(render_html(inputs), encoding="utf-8")


def render_html(inputs: ReportInput) -> str:
    """Return the report of one run as HTML."""
    script = report_script()
    return (
        environment()
        .get_template("report.html")
        .render(
            **context(inputs),
            version=__version__,
            created=f"{inputs.created_utc:%Y-%m-%d %H:%M} UTC",
            data=to_script(payload(inputs)),
            script=script,
            style=source("report.css"),
            policy=policy(script),
        )
    )


def policy(script: str = "") -> str:
    """Return a Content-Security-Policy that runs *script* and loads nothing."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    scripts = f"'sha256-{digest}'" if script else "'none'"
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def report_script() -> str:
    """Return the report's whole script, one closed scope."""
    parts = "\n".join(source(name) for name in SCRIPTS)
    return f'"use strict";\n(() => {{\n{parts}}})();\n'


def source(name: str) -> str:
    """Return the text of a file that ships beside the templates."""
    text: str = _loader().get_source(environment(), name)[0]
    return text


@cache
def _loader() -> Any:
    from jinja2 import PackageLoader

    return PackageLoader("wfm.report", "templates")


@cache
def environment() -> "Environment":
    """Return the template environment: escaping on, unknown names are errors."""
    from jinja2 import Environment, StrictUndefined

    return Environment(
        loader=_loader(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
