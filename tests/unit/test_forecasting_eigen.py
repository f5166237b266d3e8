"""Own eigenvectors against numpy's, on matrices that are hard to take apart."""

import numpy as np
import pytest

from forecasting.kernels import eigen, patterns
from forecasting.models import low_rank


def symmetric(size, rank=None, seed=0):
    root = np.random.default_rng(seed).normal(size=(size, rank or size))
    return root @ root.T


def turned(values, seed=0):
    """Return a matrix of these eigenvalues, in a direction at random."""
    root = np.random.default_rng(seed).normal(size=(len(values), len(values)))
    rows = np.linalg.qr(root)[0]
    matrix = (rows * np.asarray(values)) @ rows.T
    return (matrix + matrix.T) / 2.0


MATRICES = {
    "single": np.array([[3.0]]),
    "negative": np.array([[1.0, 2.0], [2.0, -3.0]]),
    "zero": np.zeros((5, 5)),
    "ones": np.ones((9, 9)),
    "unit": np.eye(7),
    "rank one": symmetric(20, 1),
    "rank three": symmetric(28, 3),
    "full": symmetric(28),
    "indefinite": turned(np.linspace(-3.0, 2.0, 17)),
    "repeated": turned([1.0] * 10 + [3.0] * 10),
    "nearly repeated": turned(1.0 + 1e-13 * np.arange(12)),
    "graded": turned(10.0 ** -np.arange(16)),
    "blocks": np.kron(np.eye(4), np.ones((3, 3))),
    "diagonal": np.diag([1e12, 1.0, 1e-12, 5.0]),
    "Wilkinson": np.diag(np.abs(np.arange(-10.0, 11)))
    + np.eye(21, k=1)
    + np.eye(21, k=-1),
    "next to nothing beside": np.diag(np.arange(1.0, 8)) + 1e-155,
    "almost a single row": symmetric(20, 1) + 1e-158 * symmetric(20),
    "vanishing": np.outer(10.0 ** -np.arange(0, 200, 9), 10.0 ** -np.arange(0, 200, 9)),
    "vanishing diagonal": np.diag(10.0 ** -np.arange(0, 300, 12))
    + 1e-154 * np.eye(25, k=3)
    + 1e-154 * np.eye(25, k=-3),
    "largest": symmetric(eigen.SMALL, 40),
}


@pytest.mark.parametrize("scale", [1.0, 1e-12, 1e12, 1e-200, 1e150])
@pytest.mark.parametrize("name", MATRICES)
def test_rows_and_values_are_those_of_the_matrix(name, scale):
    matrix = scale * MATRICES[name]
    values, rows = eigen.eigen(matrix)
    # Rounding is to be small beside the largest value, as LAPACK's is.
    largest, size = np.abs(matrix).sum(axis=1).max(), len(matrix)
    assert (np.diff(values) >= 0.0).all()
    assert np.abs(values - np.linalg.eigvalsh(matrix)).max() <= 1e-14 * largest
    assert np.abs(rows @ rows.T - np.eye(size)).max() <= 1e-13
    away = rows @ (matrix / scale) - (values / scale)[:, None] * rows
    assert np.abs(away).max() <= 1e-14 * largest / scale


def test_what_is_handed_over_stays_as_it_was():
    matrix = symmetric(6)
    before = matrix.copy()
    eigen.eigen(matrix)
    assert (matrix == before).all()


def test_compiled_or_not_the_answer_is_one(monkeypatch):
    matrix = symmetric(9, 4)
    compiled = eigen.eigen(matrix)
    for name in ("_mirror", "_mirrored", "_tridiagonal", "_rotate", "_sweep"):
        monkeypatch.setattr(eigen, name, getattr(eigen, name).py_func)
    monkeypatch.setattr(eigen, "_end_of_block", eigen._end_of_block.py_func)
    for one, other in zip(eigen.eigen.py_func(matrix), compiled, strict=True):
        assert one == pytest.approx(other, abs=1e-12)


@pytest.mark.parametrize(("days", "slots"), [(60, 20), (64, 64), (20, 20)])
def test_few_slots_have_the_patterns_of_singular_vectors(days, slots):
    rng = np.random.default_rng(5)
    roots = (
        rng.normal(size=(days, 4)) * [9.0, 5.0, 3.0, 2.0] @ rng.normal(size=(4, slots))
    )
    weights = rng.uniform(0.1, 1.0, size=days)
    found = low_rank._patterns(roots, weights, 6)
    vectors = np.linalg.svd(roots * np.sqrt(weights)[:, None])[2][: len(found)]
    assert len(found) == min(4, days // 7)
    assert np.abs((found * vectors).sum(axis=1)) == pytest.approx(1.0, abs=1e-12)


def test_products_of_slots_are_weighted_by_days():
    rng = np.random.default_rng(6)
    roots, weights = rng.normal(size=(30, 5)), rng.uniform(size=30)
    wanted = roots.T @ np.diag(weights) @ roots
    for products in (patterns.products, patterns.products.py_func):
        assert products(roots, weights) == pytest.approx(wanted, abs=1e-12)
