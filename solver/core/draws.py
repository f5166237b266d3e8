"""Random numbers inside kernels: xorshift with 64 bits.

Marsaglia, Journal of Statistical Software 8 (2003), 14, doi:10.18637/jss.v008.i14.
The state is an array of one number, which must not be 0.
"""

import numpy as np

from solver.core.jit import kernel
from wfm.domain.arrays import IntArray

_AFTER_7 = (1 << 57) - 1
_DIGITS = 53
_LAST = (1 << _DIGITS) - 1
_SPREAD = 0x1D872B41A5C6E3F


def new_draws(seed: int) -> IntArray:
    """Return a state that depends on *seed* alone."""
    return np.array([_SPREAD + 2 * seed], dtype=np.int64)


@kernel
def draw(state: IntArray) -> float:
    """Return the next number, evenly between 0 and 1, both excluded."""
    x = state[0]
    x ^= x << 13
    x ^= (x >> 7) & _AFTER_7
    x ^= x << 17
    state[0] = x
    return ((x & _LAST) + 0.5) / (_LAST + 1.0)  # type: ignore[no-any-return]


@kernel
def draw_below(state: IntArray, high: int) -> int:
    """Return the next whole number from 0 to *high* - 1."""
    return int(draw(state) * high)
