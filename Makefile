# Two commands do everything: `make demo` and `make test`. Both set up what they need.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: demo test bench bench-offtask bench-answers docs clean

demo: $(VENV)/.installed
	$(BIN)/finetooth check examples --exit-zero

test: $(VENV)/.dev
	$(BIN)/ruff format --check rules server tests tools
	$(BIN)/ruff check rules server tests tools
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadgroup

bench: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python -m bench

# DATA is a folder of labelled mixtures: each a folder with data.jsonl and labels.json.
bench-offtask: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python -m bench.bench_offtask $(DATA)

# POOLS are files or folders of good records; their answers are put beside wrong prompts.
bench-answers: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python -m bench.bench_answers $(POOLS)

docs: $(VENV)/.dev
	$(BIN)/python tools/generate.py

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable . --constraint constraints.txt
	touch $@

$(VENV)/.dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable '.[dev]' --constraint constraints.txt
	touch $@

clean:
	rm -rf $(VENV) .bench tests/.editors client-vscode/node_modules client-vscode/dist client-vscode/build client-vscode/*.vsix
