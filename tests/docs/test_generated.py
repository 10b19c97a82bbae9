"""Generated files are as the code makes them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[2]


def test_generated_files_are_up_to_date() -> None:
    run = subprocess.run(
        [sys.executable, "tools/generate.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, f"out of date: {run.stdout.split()}; run `make docs` {run.stderr}"


def test_no_page_is_left_over_from_a_rule_that_is_gone() -> None:
    from finetooth_rules.catalogue import all_rules

    pages = {path.stem for path in (ROOT / "docs" / "rules").glob("*.md")}
    assert pages == {rule.name for rule in all_rules()}


def test_the_schema_of_the_settings_is_a_schema_and_takes_the_examples() -> None:
    import tomllib

    schema = json.loads((ROOT / "finetooth.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    settings = tomllib.loads((ROOT / "examples" / "finetooth.toml").read_text(encoding="utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(settings)) == []
