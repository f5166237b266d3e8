"""What attacks on the commands look at: files of a plan folder, edited and listed."""

import json

QUICK = ("--seconds", "3")
CREW = tuple(
    (f"{place[0]}{i}", name)
    for place, name in (
        ("Warsaw", "Europe/Warsaw"),
        ("Denver", "America/Denver"),
        ("Honolulu", "Pacific/Honolulu"),
        ("Kolkata", "Asia/Kolkata"),
    )
    for i in range(2)
)


def edit(path, old, new):
    """Replace the first *old* of a file, which must be there, by *new*."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def names_in(directory):
    """Return the names of the files and folders in *directory*."""
    return {path.name for path in directory.iterdir()}


def manifest_of(directory):
    """Return the manifest of the last run in *directory*."""
    return json.loads((directory / "out" / "manifest.json").read_text(encoding="utf-8"))
