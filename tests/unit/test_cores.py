"""How many processors a process may use."""

import os

from wfm.cores import usable_cores


def test_a_process_bound_to_one_processor_counts_one(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3}, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert usable_cores() == 1


def test_where_a_system_has_no_affinity_the_machine_is_counted(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    for counted, usable in ((6, 6), (None, 1)):
        monkeypatch.setattr(os, "cpu_count", lambda counted=counted: counted)
        assert usable_cores() == usable
