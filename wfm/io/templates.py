"""``wfm init``: write a complete example plan folder, whole or not at all."""

import importlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from difflib import get_close_matches
from importlib import resources
from pathlib import Path

from wfm.domain.errors import UsageError

DEFAULT_TEMPLATE = "global-support"

# template -> the module that draws what is not shipped as text
TEMPLATES: Mapping[str, str] = {
    "global-support": "wfm.templates.global_support",
    "single-site": "wfm.templates.single_site",
    "bank": "wfm.templates.bank",
}


def write_template(
    directory: Path, template: str = DEFAULT_TEMPLATE
) -> tuple[Path, ...]:
    """Write the example plan *template* into *directory* and return its files, sorted.

    Raises
    ------
    UsageError
        If there is no such template, if *directory* is not empty or is a file, or if
        the template needs a package that is not installed.
    """
    contents = template_files(template)
    if directory.exists() and not directory.is_dir():
        msg = f"{directory} is a file; name a new or empty folder"
        raise UsageError(msg)
    if directory.exists() and any(directory.iterdir()):
        msg = f"{directory} is not empty; name a new or empty folder"
        raise UsageError(msg)
    _write_whole(directory, contents)
    return tuple(directory / name for name in sorted(contents))


def template_files(template: str) -> dict[str, bytes]:
    """Return file name -> contents of the example plan *template*.

    Raises
    ------
    UsageError
        If there is no such template or it needs a package that is not installed.
    """
    if template not in TEMPLATES:
        near = get_close_matches(template, TEMPLATES, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(TEMPLATES)}"
        msg = f"unknown template {template!r}; {hint}"
        raise UsageError(msg)
    drawn: dict[str, bytes] = importlib.import_module(
        TEMPLATES[template]
    ).generated_files()
    folder = resources.files("wfm").joinpath("templates", template)
    written = {item.name: item.read_bytes() for item in folder.iterdir()}
    return written | drawn


def _write_whole(directory: Path, contents: Mapping[str, bytes]) -> None:
    """Write beside the goal and rename, so that a failure leaves nothing behind."""
    goal = directory.absolute()
    goal.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{goal.name}-", dir=goal.parent))
    try:
        for name, data in contents.items():
            (part / name).write_bytes(data)
        part.chmod(0o777 & ~_umask())
        part.replace(goal)  # replaces an empty folder, refuses one that was filled
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
