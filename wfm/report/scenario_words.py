"""Words of the workbook, the page and the memo, in English and Japanese.

English text is its own key; where a reader wants Japanese, an untranslated text is an
error rather than a gap that nobody notices.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeAlias

from wfm.report.scenario_inputs import Language

Say: TypeAlias = Callable[..., str]


def words(language: Language) -> Say:
    """Return what turns an English text, with its values, into one for the reader.

    Raises
    ------
    KeyError
        By the function returned, if a text has no translation.
    """
    table = None if language == "en" else _japanese()

    def say(text: str, **values: object) -> str:
        pattern = text if table is None else table[text]
        return pattern.format(**values) if values else pattern

    return say


@cache
def _japanese() -> Mapping[str, str]:
    from importlib.resources import files

    text = files("wfm.report").joinpath("templates/scenario_words.ja.json")
    found: dict[str, str] = json.loads(text.read_text(encoding="utf-8"))
    return found
