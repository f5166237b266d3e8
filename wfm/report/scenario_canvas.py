"""Figures that a page shows in its own colours and fonts, wide or on a phone."""

import importlib.util
import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wfm.report.figures import COLOURS
from wfm.report.scenario_inputs import Language
from wfm.shown import ShownFigure

INK, SOFT, LINE, MORE, LESS = "#1c2530", "#5a6673", "#dfe4e8", "#d55e01", "#00795a"
_VARIABLES = {
    INK: "--ink",
    SOFT: "--soft",
    LINE: "--line",
    MORE: "--orange",
    LESS: "--green",
    **{colour.lower(): f"--c{n}" for n, colour in enumerate(COLOURS, start=1)},
}
"""Colours of figures -> variables of the page's style, so that dark pages stay so."""
_JAPANESE = ("IPAexGothic", "Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans",
             "Yu Gothic", "Meiryo", "MS Gothic", "VL Gothic")  # fmt: skip
WIDE, NARROW = 9.4, 3.9

Drawing: TypeAlias = Callable[["Canvas"], Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """How wide a figure is drawn, in inches, and for readers of which language."""

    width: float = WIDE
    language: Language = "en"

    @property
    def is_narrow(self) -> bool:
        """Whether the figure is for a phone."""
        return self.width < 6.0

    def axes(self, height: float) -> tuple[Figure, Axes]:
        """Return a figure with one pair of axes, *height* inches."""
        figure, found = self.panels(1, height)
        return figure, found[0]

    def panels(
        self, count: int, height: float, *, columns: int = 1, share_y: bool = False
    ) -> tuple[Figure, list[Axes]]:
        """Return a figure of *count* panels, each *height* inches high.

        On a phone they stand below each other.
        """
        across = 1 if self.is_narrow else min(columns, count)
        down = -(-count // across)
        figure = ShownFigure(figsize=(self.width, height * down), layout="constrained")
        grid = figure.subplots(down, across, squeeze=False, sharey=share_y).ravel()
        for axes in grid[count:]:
            axes.set_visible(False)
        for axes in grid[:count]:
            plain(axes)
        return figure, list(grid[:count])


def plain(axes: Axes) -> None:
    """Take away what says nothing: two spines, tick marks, loud colours."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(LINE)
    axes.tick_params(colors=SOFT, length=0, labelsize=9)
    axes.grid(axis="y", color=LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.title.set_color(INK)


def upright_grid(axes: Axes) -> None:
    """Let the grid run upright, as bars that lie need it."""
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=LINE, linewidth=0.8)


def titled(axes: Axes, text: str) -> None:
    """Put a title on the left, where reading starts."""
    axes.set_title(text, loc="left", fontsize=10, color=INK)


def beside(
    axes: Axes, text: str, x: float, y: float, *, colour: str = INK, left: bool = False
) -> None:
    """Write a figure's value a little beside the end of its bar."""
    axes.annotate(
        text.replace("-", "−"),
        (x, y),
        textcoords="offset points",
        xytext=(-4 if left else 4, 0),
        ha="right" if left else "left",
        va="center",
        color=colour,
        fontsize=9,
    )


def month_axis(axes: Axes, months: Sequence[object]) -> None:
    """Label an axis of months, at most some seven of them."""
    step = max(1, -(-len(months) // 7))
    shown = range(0, len(months), step)
    axes.set_xticks(list(shown), [_short(str(months[k])) for k in shown])
    axes.set_xlim(-0.2, max(len(months) - 0.8, 0.2))


def _short(month: str) -> str:
    """Return ``2026-11`` as ``11/26``, which is read alike in every language."""
    return f"{month[5:7]}/{month[2:4]}"


def scale_of(amounts: Sequence[float]) -> tuple[float, str]:
    """Return what to divide amounts by for an axis, and what that is called."""
    largest = max((abs(amount) for amount in amounts), default=0.0)
    if largest >= 2e6:
        return 1e6, "million {currency}"
    return (1e3, "thousand {currency}") if largest >= 2e3 else (1.0, "{currency}")


def shared_legend(figure: Figure, panels: Sequence[Axes], canvas: Canvas) -> None:
    """Put one legend for all panels under the figure, where it covers nothing."""
    handles = {
        label: handle
        for axes in panels
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    columns = 2 if canvas.is_narrow else min(len(handles), 6)
    figure.legend(
        handles.values(),
        handles.keys(),
        loc="outside lower left",
        ncols=columns,
        frameon=False,
    )


@contextmanager
def drawn_for(language: Language) -> Iterator[None]:
    """Draw texts as texts, with a font that knows the language where there is one."""
    families = ["DejaVu Sans"]
    if language == "ja":
        families = [*japanese_fonts(), *families]
    settings: dict[Any, Any] = {
        "font.family": families,
        "font.size": 9.5,
        "axes.titleweight": "normal" if language == "ja" else "bold",
        "svg.fonttype": "none",
        "svg.hashsalt": "wfm",
        "text.color": INK,
        "axes.labelcolor": SOFT,
    }
    with mpl.rc_context(settings), warnings.catch_warnings():
        # a browser has the glyphs that this machine's fonts lack
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


@cache
def japanese_fonts() -> tuple[str, ...]:
    """Return the fonts for Japanese on this machine, that of the extra first."""
    spec = importlib.util.find_spec("matplotlib_fontja")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        file = Path(place) / "fonts" / "ipaexg.ttf"
        if file.exists():
            font_manager.fontManager.addfont(file)
    known = {font.name for font in font_manager.fontManager.ttflist}
    return tuple(name for name in _JAPANESE if name in known)


def svg(draw: Drawing, canvas: Canvas, key: str) -> str:
    """Return a figure as inline SVG in the page's colours; *key* makes ids unique.

    Texts stay texts, in the page's font; colours become variables of its style.
    """
    stream = io.StringIO()
    with drawn_for(canvas.language):
        figure = draw(canvas)
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None})
    text = stream.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r' (width|height)="[\d.]+pt"', "", text, count=2)
    text = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", text, flags=re.DOTALL)
    text = _own_ids(text, key)
    text = re.sub(r'"[^"<>]*"', _shortened, text)
    text = re.sub(r"font-family: [^;\"]*|'DejaVu Sans'[^;\"]*", _inherited, text)
    for colour, variable in _VARIABLES.items():
        text = re.sub(colour, f"var({variable})", text, flags=re.IGNORECASE)
    return text.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)


def _shortened(quoted: re.Match[str]) -> str:
    """Return an attribute with coordinates to a hundredth of a point."""
    return re.sub(r"(\d+\.\d\d)\d+", r"\1", quoted[0])


def _own_ids(text: str, key: str) -> str:
    """Keep the ids that something refers to, each with *key* in front."""
    used = set(re.findall(r"(?:url\(#|href=\"#)([^\")]+)", text))

    def kept(found: re.Match[str]) -> str:
        return f' id="{key}-{found[1]}"' if found[1] in used else ""

    text = re.sub(r' id="([^"]*)"', kept, text)
    return re.sub(r'(url\(#|href="#)', rf"\g<1>{key}-", text)


def _inherited(found: re.Match[str]) -> str:
    return (
        "font-family: inherit" if found[0].startswith("font-family") else "sans-serif"
    )
