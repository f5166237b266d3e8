"""Changes to plan.yaml by path: ``queues.chat_en.aht_s`` -> 420."""

from collections.abc import Mapping
from typing import Any

from wfm.io.plan_faults import fields_at
from wfm.io.plan_schema import PlanTable
from wfm.io.problems import Problems, did_you_mean
from wfm.io.yaml_source import Path, YamlDocument


def apply_patches(
    document: YamlDocument, patches: Mapping[str, object], problems: Problems
) -> None:
    """Replace values of *document* by path; the schema then judges the result.

    The last key may be new. Keys before it must be there, or be a section of the
    format; a slip in an id is a fault, not a new queue. ``None`` takes a key away.
    """
    for name, value in patches.items():
        holder, rest = _descend(document.data, name)
        if isinstance(holder, list) and rest.isdigit() and int(rest) < len(holder):
            holder[int(rest)] = _texts(value)
        elif isinstance(holder, dict) and rest and "." not in rest:
            holder[rest] = _texts(value)
        else:
            known = holder if isinstance(holder, dict) else ()
            hint = did_you_mean(rest.split(".")[0], known)
            message = f"{name}: there is no such place to change{hint}"
            problems.add(document.file, message)


def _descend(data: Any, name: str) -> tuple[Any, str]:
    """Return the holder of the last key and what is left of *name*."""
    path: Path = ()
    while True:
        part = _next_key(data, name, path)
        if part is None:
            return data, name
        name = name[len(str(part)) + 1 :]
        data, path = data[part], (*path, part)


def _next_key(data: Any, name: str, path: Path) -> str | int | None:
    """Return the key that *name* goes on with, if it does not end there."""
    head = name.split(".")[0]
    if isinstance(data, list):
        is_place = "." in name and head.isdigit() and int(head) < len(data)
        return int(head) if is_place else None
    if not isinstance(data, dict) or "." not in name:
        return None
    keys: list[str] = [key for key in data if name.startswith(f"{key}.")]
    keys = [key for key in keys if data[key] is not None]
    if keys:
        return max(keys, key=len)
    if head in fields_at(PlanTable, path):
        data[head] = {}
        return head
    return None


def _texts(value: object) -> Any:
    """Return *value* as the YAML reader would: texts, lists, mappings, None."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return {str(key): _texts(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_texts(item) for item in value]
    return str(value)  # a date's text is ISO
