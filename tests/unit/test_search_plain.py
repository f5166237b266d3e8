"""The kernels as plain Python: the same results, and their lines measured."""

from support.search_plain import digest
from support.uncompiled import digest_of


def test_kernels_give_the_same_results_when_they_are_not_compiled():
    assert digest_of(digest, plain=True) == digest_of(digest, plain=False)
