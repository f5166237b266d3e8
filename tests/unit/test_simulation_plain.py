"""The simulator's kernels as plain Python: the same results, their lines measured."""

import numpy as np
from support.simulation_plain import digest
from support.uncompiled import digest_of


def test_kernels_give_the_same_results_when_they_are_not_compiled():
    plain, compiled = (digest_of(digest, plain=p) for p in (True, False))
    for ours, theirs in zip(plain, compiled, strict=True):
        for one, other in zip(ours, theirs, strict=True):
            # The last bits of logarithms may differ between the two libraries.
            assert np.allclose(one, other, rtol=1e-9, atol=1e-6)
