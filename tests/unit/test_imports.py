"""What importing costs: roots are free, light commands stay light."""

import subprocess
import sys

import pytest

HEAVY = {"pandas", "ortools", "numba", "scipy", "matplotlib", "pydantic", "numpy"}


def loaded_by(statement):
    code = f"{statement}\nimport sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("root", ["wfm", "forecasting", "solver", "scenarios"])
def test_a_package_root_imports_nothing_of_the_project(root):
    modules = loaded_by(f"import {root}")
    inside = {m for m in modules if m.split(".")[0] == root}
    assert inside == {root}
    assert not HEAVY & modules


def test_the_command_line_loads_without_anything_heavy():
    assert not HEAVY & loaded_by("import wfm.cli.app")


def test_public_functions_load_on_first_use():
    modules = loaded_by("import forecasting; forecasting.forecast")
    assert "forecasting.run" in modules
    modules = loaded_by("import solver; solver.build_rules")
    assert "solver.build" in modules
    assert "ortools" not in modules
    modules = loaded_by("import scenarios; scenarios.invoices, scenarios.irr")
    assert "scenarios.invoice" in modules
    assert not {"ortools", "pandas", "numba", "scipy", "matplotlib"} & modules


@pytest.mark.parametrize("root", ["forecasting", "solver", "scenarios"])
def test_an_unknown_name_of_a_root_is_an_attribute_error(root):
    module = __import__(root)
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = module.no_such_thing
