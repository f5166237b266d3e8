"""Ishigami's function: Sobol's indices are known in closed form."""

import numpy as np
import pytest

from scenarios.distributions import Uniform
from scenarios.draws import Uncertainties
from scenarios.sensitivity import sobol_indices

A, B = 7.0, 0.1


def ishigami(draws):
    x, y, z = (draws[name] for name in "xyz")
    return np.sin(x) + A * np.sin(y) ** 2 + B * z**4 * np.sin(x)


def test_indices_of_ishigami():
    angle = Uniform(low=-np.pi, high=np.pi)
    inputs = Uncertainties(distributions=dict.fromkeys("xyz", angle))
    found = sobol_indices(inputs, ishigami, log2_points=13, seed=4)
    first = [index.first for index in found.indices]
    total = [index.total for index in found.indices]
    assert found.variance == pytest.approx(13.84459, rel=0.02)
    assert first == pytest.approx([0.31391, 0.44241, 0.0], abs=0.02)
    assert total == pytest.approx([0.55759, 0.44241, 0.24368], abs=0.02)
    for index, exact in zip(found.indices, (0.31391, 0.44241, 0.0), strict=True):
        assert abs(index.first - exact) < 2 * index.first_half_width + 1e-3
