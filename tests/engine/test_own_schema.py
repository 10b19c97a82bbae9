"""The settings key `schema`: found beside the config, read with what it refers to, every mistake told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from finetooth.engine.request import CheckRequest
from finetooth.engine.run import check
from finetooth.engine.settings.config import ConfigError
from finetooth.engine.settings.own_schema import load

CHAT = '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}\n'


def project(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder


def codes(folder: Path) -> list[tuple[str, int, int]]:
    report = check(CheckRequest(paths=(str(folder),)))
    assert not report.problems
    return [(f.code, f.place.line, f.place.column) for f in report.findings if f.code != "SIZ001"]


def test_a_schema_is_found_beside_the_config(tmp_path: Path) -> None:
    project(
        tmp_path,
        finetooth__toml='schema = "row.schema.json"\n',
        row__schema__json=json.dumps({"required": ["id"]}),
        train__jsonl=CHAT,
    )
    assert codes(tmp_path) == [("FMT009", 1, 1)]


def test_a_schema_reads_the_documents_beside_it(tmp_path: Path) -> None:
    project(
        tmp_path,
        finetooth__toml='schema = "row.json"\n',
        row__json=json.dumps({"properties": {"id": {"$ref": "parts.json#/$defs/id"}}}),
        parts__json=json.dumps({"$defs": {"id": {"$ref": "deep.json"}}}),
        deep__json=json.dumps({"type": "integer"}),
        train__jsonl='{"id": "x"}\n{"id": 1}\n',
    )
    assert codes(tmp_path) == [("FMT009", 1, 8)]
    assert len(load(tmp_path / "row.json").documents) == 2


def test_an_override_has_a_schema_of_its_own(tmp_path: Path) -> None:
    project(
        tmp_path,
        finetooth__toml='[[overrides]]\nfiles = ["eval*"]\nschema = "s.json"\n',
        s__json=json.dumps({"required": ["id"]}),
        train__jsonl=CHAT,
        eval__jsonl=CHAT,
    )
    report = check(CheckRequest(paths=(str(tmp_path),)))
    assert [Path(f.place.filename).name for f in report.findings if f.code == "FMT009"] == ["eval.jsonl"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not JSON"),
        ('{"type": 3}', "is not a valid JSON Schema"),
        ('{"$ref": "missing.json"}', "cannot be used"),
        ('{"$ref": "http://localhost:9/x.json"}', "cannot be used"),
    ],
)
def test_a_schema_that_cannot_be_used_is_a_problem_and_the_other_files_go_on(
    tmp_path: Path, text: str, words: str
) -> None:
    bad, good = tmp_path / "bad", tmp_path / "good"
    for folder in (bad, good):
        folder.mkdir()
    project(bad, finetooth__toml='schema = "s.json"\n', s__json=text, a__jsonl=CHAT, b__jsonl=CHAT)
    project(good, a__jsonl="{\n")
    report = check(CheckRequest(paths=(str(tmp_path),)))
    assert [words in problem.message for problem in report.problems] == [True]
    assert Path(report.problems[0].filename).name == "s.json"
    assert {Path(f.place.filename).parent.name for f in report.findings} == {"good"}


def test_a_schema_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"$ref": "http://[x"}, "cannot be used"),
        ({"$schema": "http://["}, "not a valid JSON Schema"),
        ({"$schema": 3}, "`$schema` is a number"),
        ({"properties": {"a": {"$ref": "none.json"}}}, "`none.json`, which is not there"),
        ({"properties": {"a": {"$ref": "#/$defs/b"}}}, "`#/$defs/b`, which is not there"),
        ({"properties": {"a": {"$ref": "file:////host/share/a.json"}}}, "which is not there"),
        ({"properties": {"a": {"$ref": "https://example.com/a.json"}}}, "nothing is fetched"),
    ],
)
def test_a_reference_or_address_that_leads_nowhere(tmp_path: Path, schema: object, words: str) -> None:
    project(tmp_path, row__json=json.dumps(schema))
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "row.json")
    assert words in caught.value.message


def test_a_schema_that_refers_to_itself_can_be_used(tmp_path: Path) -> None:
    project(tmp_path, row__json=json.dumps({"properties": {"a": {"$ref": "#"}}, "required": ["b"]}))
    assert load(tmp_path / "row.json").text
