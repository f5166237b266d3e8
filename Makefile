# Everything runs in a virtual environment that the first target makes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test check format notebooks clean

$(STAMP): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[demo,dev]'
	$(BIN)/python -m solver.warm
	$(BIN)/python -m solver.tours.warm
	$(BIN)/python -m wfm.staffing.warm
	$(BIN)/python -m wfm.simulation.warm
	$(BIN)/python -m forecasting.warm
	touch $@

demo: $(STAMP)
	test -e demo/plan.yaml || $(BIN)/wfm init demo
	$(BIN)/wfm plan demo

test: $(STAMP)
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term:skip-covered --cov-fail-under=90

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

notebooks: $(STAMP)
	rm -rf notebooks/demo
	$(BIN)/jupyter-execute --inplace notebooks/*.ipynb
	rm -rf notebooks/demo

clean:
	rm -rf demo build *.egg-info .coverage* .mypy_cache .pytest_cache .ruff_cache
