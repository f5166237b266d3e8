"""How the cells of the scenario workbook look: blue is an input, black a formula."""

from collections.abc import Mapping
from typing import Any

from wfm.pipeline.money import minor_digits
from wfm.report.sheets import STYLES, Sheet

_INPUT = {"font_color": "#0000FF", "bg_color": "#F3F6FF"}
_SUM = {"bold": True, "top": 1}


def looks(currency: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the styles by name; ``money`` shows minor units of *currency*."""
    digits = minor_digits(currency)
    money = "#,##0" + (f".{'0' * digits}" if digits else "")
    signed = f"+{money};-{money};0"
    return {
        **STYLES,
        "head_right": {**STYLES["head_right"]},
        "input": {**_INPUT, "num_format": "#,##0.######"},
        "input_hours": {**_INPUT, "num_format": "#,##0.00"},
        "input_choice": {**_INPUT, "bold": True, "border": 1},
        "quantity": {"num_format": "#,##0.00"},
        "price": {"num_format": "#,##0.00##"},
        "rate": {"num_format": "0.000000"},
        "local": {"num_format": "#,##0.00"},
        "money": {"num_format": money},
        "signed": {"num_format": signed},
        "money_sum": {**_SUM, "num_format": money},
        "signed_sum": {**_SUM, "num_format": signed},
        "per_contact": {"num_format": "#,##0.0000"},
        "change": {"num_format": "+0.0%;-0.0%;0.0%"},
        "section": {"bold": True, "font_size": 12, "font_color": "#12354D"},
        "aside": {"font_color": "#8A949D"},
        "factor": {"num_format": "0.0000"},
        "wrapped": {"text_wrap": True, "valign": "top", "indent": 1},
    }


class Folder:
    """A workbook with the looks of one currency."""

    def __init__(self, workbook: Any, currency: str) -> None:
        self.workbook = workbook
        self.styles = {
            name: workbook.add_format({"font_name": "Calibri", "font_size": 11, **look})
            for name, look in looks(currency).items()
        }

    def sheet(self, name: str) -> Sheet:
        """Return a new sheet called *name*."""
        return Sheet(target=self.workbook.add_worksheet(name), styles=self.styles)
