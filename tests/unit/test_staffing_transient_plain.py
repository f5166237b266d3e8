"""Compiled transient equations answer as their own plain Python does."""

import multiprocessing
import os

import numpy as np
import pytest
from support.transient_plain import digest


def digest_of(*, plain):
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    if plain:
        os.environ["NUMBA_DISABLE_JIT"] = "1"
    try:
        process = context.Process(target=digest, args=(there,))
        process.start()
    finally:
        if plain:
            del os.environ["NUMBA_DISABLE_JIT"]
    there.close()
    rows = here.recv()
    process.join()
    return rows


def test_compiled_and_plain_answers_agree():
    compiled, plain = digest_of(plain=False), digest_of(plain=True)
    for one, other in zip(compiled, plain, strict=True):
        assert np.array(one) == pytest.approx(np.array(other), rel=1e-9, abs=1e-12)
