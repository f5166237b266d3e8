"""YAML files of a plan folder beside plan.yaml, opened with a notebook for faults."""

from pathlib import Path

from wfm.io.problems import Problems
from wfm.io.yaml_source import DocumentProblems, load_yaml


def text_of(directory: Path, name: str, problems: Problems) -> str | None:
    """Return the text of a file of the folder; why it can't be read is noted."""
    try:
        return (directory / name).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        expected = "wfm init writes an example"
        problems.add(name, "the file is missing", expected=expected)
    except UnicodeDecodeError as error:
        problems.add(name, f"is not UTF-8: {error.reason}")
    except OSError as error:
        problems.add(name, f"can't be read: {error.strerror}")
    return None


def yaml_document(
    directory: Path, name: str, problems: Problems
) -> DocumentProblems | None:
    """Return the mapping in a YAML file, with a notebook for its faults.

    ``None`` if it can't be read or holds no mapping; why is noted.
    """
    text = text_of(directory, name, problems)
    document = None if text is None else load_yaml(text, name, problems)
    if document is None:
        return None
    faults = DocumentProblems(document, problems)
    if isinstance(document.data, dict):
        return faults
    faults.at_value((), "the file holds no mapping", "lines key: value")
    return None
