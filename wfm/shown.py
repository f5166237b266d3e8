"""The figure that every picture is drawn on."""

import io

from matplotlib.figure import Figure


class ShownFigure(Figure):
    """A figure that a notebook draws, whatever its plotting backend."""

    def _repr_png_(self) -> bytes:
        stream = io.BytesIO()
        self.savefig(stream, format="png", dpi=100)
        return stream.getvalue()
