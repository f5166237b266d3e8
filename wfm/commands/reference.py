"""What can be written under ``rules:`` of plan.yaml: rules, packs, their parameters."""

import dataclasses
import inspect
import re
import textwrap
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from rich.console import Console

from solver.pack import (
    NOT_LEGAL_ADVICE,
    PACKS,
    Pack,
    PackPremium,
    PackValue,
    all_premia,
    all_values,
)
from solver.rule import RULES, Rule
from wfm.commands.findings import say
from wfm.domain.errors import UsageError
from wfm.report.packs import EVIDENCE_WORDS

_MARKUP = re.compile(r"``([^`]+)``|\*([^*\s][^*]*)\*")
_NO_LIMIT = 1_000_000
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_IN_PLAN = "In plan.yaml:"
_USE = (
    "`wfm rules NAME` explains one. Rules stand in plan.yaml under rules:, also under "
    "those of a site or an employment contract; from: and to: bind one to dates."
)


def rules(names: Sequence[str], console: Console | None = None) -> int:
    """Tell about the rules and packs called *names*, or list all; return 0.

    Raises
    ------
    UsageError
        If there is neither a rule nor a pack of such a name.
    """
    console = console or Console()
    for line in _lines(names):
        for part in _wrapped(line, console.width):
            say(console, part)
    return 0


def _wrapped(line: str, width: int) -> list[str]:
    """Return *line* in parts of at most *width*, those after the first set in."""
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    if "{" in line or len(line) <= width:
        return [line]  # what may be copied stays on one line
    return textwrap.wrap(
        line, width, subsequent_indent=indent, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def _lines(names: Sequence[str]) -> Iterator[str]:
    if not names:
        yield from _overview()
    for place, name in enumerate(names):
        if place:
            yield ""
        if name in RULES:
            yield from _about_rule(name)
        elif name in PACKS:
            yield from _about_pack(PACKS[name])
        else:
            known = (*RULES, *PACKS)
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else "; `wfm rules` lists all"
            msg = f"no rule or pack is called {name!r}{hint}"
            raise UsageError(msg)


def _overview() -> Iterator[str]:
    width = max(map(len, RULES)) + 2
    for always, title in (
        (True, "Rules that hold in every plan (name: off switches one off)"),
        (False, "Rules that hold where plan.yaml names them"),
    ):
        yield title
        for name in sorted(RULES):
            if RULES[name].always == always:
                yield f"  {name:{width}}{_paragraphs(RULES[name])[0]}"
        yield ""
    yield "Packs of working-time law"
    for name in sorted(PACKS):
        count = len(PACKS[name].keys())
        yield f"  {name:{width}}{PACKS[name].title}, {count} values"
    yield f"  {NOT_LEGAL_ADVICE}"
    yield ""
    yield _USE


def _about_rule(name: str) -> Iterator[str]:
    cls = RULES[name]
    yield name
    for paragraph in _paragraphs(cls):
        yield f"  {paragraph}"
    for field in _parameters(cls):
        yield f"  <{field.name}> {_default(field)}"
    yield f"  {_IN_PLAN}"
    yield "    rules:"
    yield f"      {name}: {cls.example}"


def _parameters(cls: Any) -> list["dataclasses.Field[object]"]:
    return [f for f in dataclasses.fields(cls) if f.name != "agent_ids"]


def _default(field: "dataclasses.Field[object]") -> str:
    if field.default is dataclasses.MISSING:
        return "has to be given"
    if field.default in (None, (), "") or field.default == _NO_LIMIT:
        return "may be left out"
    if field.name == "weekdays" and isinstance(field.default, tuple):
        return f"is [{', '.join(_DAYS[day] for day in field.default)}] if left out"
    if field.name == "starts":
        return "is any time if left out"
    return f"is {_written(field.default)} if left out"


def _written(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _paragraphs(cls: type[Rule]) -> list[str]:
    """Return the rule's words, a line per paragraph, its <parameters> marked."""
    names = {field.name for field in _parameters(cls)}

    def plain(found: re.Match[str]) -> str:
        word = found[1] or found[2]
        return f"<{word}>" if word in names else word

    text = inspect.cleandoc(cls.__doc__ or "").split("\n\n")
    return [" ".join(_MARKUP.sub(plain, part).split()) for part in text]


def _about_pack(pack: Pack) -> Iterator[str]:
    yield f"{pack.name}: {pack.title}"
    if pack.extends:
        yield f"  builds on {', '.join(pack.extends)}"
    for value in all_values(pack):
        yield from _about_value(value)
    for premium in all_premia(pack):
        yield from _about_value(premium)
    for words in pack.not_covered:
        yield f"  not covered: {words}"
    yield f"  {NOT_LEGAL_ADVICE}"
    yield f"  {_IN_PLAN}"
    yield "    rules:"
    yield f"      - {{pack: {pack.name}, confirmed: all, confirmed_by: your name}}"


def _about_value(item: PackValue | PackPremium) -> Iterator[str]:
    state = "verified" if item.verified else "off until a plan confirms it"
    source = item.source
    yield f"  {item.key} ({state}): {item.words}"
    if isinstance(item, PackValue):
        given = ", ".join(f"{k}: {_written(v)}" for k, v in item.parameters.items())
        yield f"    {item.rule}: {{{given}}}"
    else:
        yield f"    {item.kind} work: {item.fraction:.0%} on top of the wage"
    since = f", in force since {item.since}" if item.since else ""
    yield f"    {source.law}{since}"
    yield f"    {EVIDENCE_WORDS[source.evidence]}, {source.read}: {source.url}"
