"""``wfm init``: write a complete example plan folder, whole or not at all."""

import importlib
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
    "bank": "wfm.templates.bank_calls",
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
        hint = (
            f"did you mean {near[0]!r}?" if near else f"known: {', '.join(TEMPLATES)}"
        )
        msg = f"unknown template {template!r}; {hint}"
        raise UsageError(msg)
    drawn: dict[str, bytes] = importlib.import_module(
        TEMPLATES[template]
    ).generated_files()
    folder = resources.files("wfm").joinpath("templates", template)
    written = {item.name: item.read_bytes() for item in folder.iterdir()}
    return written | drawn


def _write_whole(directory: Path, contents: Mapping[str, bytes]) -> None:
    """Write into a hidden folder and move the files up, so that a failure leaves none.

    The folder itself is not replaced: it may be the one that the user stands in.
    """
    fresh = not directory.exists()
    directory.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=".init-", dir=directory))
    moved: list[Path] = []
    try:
        for name, data in contents.items():
            (part / name).write_bytes(data)
        moved.extend((part / name).replace(directory / name) for name in contents)
        part.rmdir()
    except BaseException:
        for path in (part, *moved):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if fresh:
            directory.rmdir()
        raise
