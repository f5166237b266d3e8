"""What attacks on the commands share: a tiny plan, a call without a traceback."""

import pytest
from support.tiny_folders import run_wfm, write_tiny


@pytest.fixture
def run(capsys, monkeypatch):
    def call(*arguments):
        code, said = run_wfm(capsys, monkeypatch, *arguments)
        assert "Traceback" not in said
        return code, said

    return call


@pytest.fixture
def tiny(tmp_path):
    return write_tiny(tmp_path / "plan")
