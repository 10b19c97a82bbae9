"""Settings of a run in the editor: findings in finetooth.toml and in trainers' own files, and in no other."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types

from finetooth.engine.live.document import Change
from lsp.harness import PROFILES, editor, pulling

AXOLOTL = """\
base_model: org/model
datasets:
  - path: rows.jsonl
    type: alpaca
sequence_len: 2048
learning_rat: 0.0002
"""
ROWS = '{"instruction": "2 + 2", "input": "", "output": "4"}\n' * 3
OTHERS = (
    ("ci.yml", "yaml", "on: push\njobs: {a: {runs-on: x, steps: [{uses: y}]}}\n"),
    ("merge.yml", "yaml", "base_model: a\nmodels: [{model: b}]\nmerge_method: slerp\n"),
    ("broken.yml", "yaml", "on: [push\njobs: {\n"),
    ("chart.yml", "yaml", "base_model: {{ .Values.model }}\ndatasets: a\nsequence_len: 1\n  x: 2\n"),
    ("package.json", "json", '{"name": "x", "dependencies": {"a": "1"}}'),
    ("broken.json", "json", '{"training_file": "a", '),
    ("pyproject.toml", "toml", '[project]\nname = "x"\n[tool.training]\nlearning-rate = 5\n'),
    ("training.toml", "toml", "[training]\nlearning-rate = 5\n"),
)


def text_of(found: types.Diagnostic, text: str) -> str:
    where = found.range
    assert where.start.line == where.end.line
    return text.splitlines()[where.start.line][where.start.character : where.end.character]


@pytest.mark.parametrize("profile", PROFILES)
async def test_a_trainers_file_is_judged_as_it_is_typed(profile: str, tmp_path: Path) -> None:
    async with editor(profile, folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "run.yaml", AXOLOTL, "yaml")
        (found,) = await ed.shown(uri, "HYP007")
        assert text_of(found, AXOLOTL) == "learning_rat"
        action, ignore = await ed.actions(uri, found.range, on=[found])
        assert ignore.title.startswith("Ignore ")
        assert action.title.startswith("Rename to learning_rate")
        await ed.run(uri, action)
        assert "learning_rate: 0.0002" in ed.text(uri)
        await ed.shown(uri, "HYP001")  # all weights are trained at this rate
        ed.edit(uri, Change("adapter: lora\n", (0, 0), (0, 0)))
        await ed.shown(uri)


async def test_the_rows_on_the_disk_count(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(ROWS)
    text = AXOLOTL.replace("learning_rat: 0.0002", "micro_batch_size: 8\nlearning_rate: 0.00002")
    async with editor(folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "run.yaml", text, "yaml")
        (found,) = await ed.shown(uri, "HYP005")
        assert (text_of(found, text), found.message) == ("8", "a step takes 8 rows; there are 3")
        data = tmp_path / "rows.jsonl"
        data.write_text(ROWS * 200)
        ed.files_changed(data)
        await ed.shown(uri)
        hover = await ed.hover(uri, 0, 0)
        assert hover is None


async def test_training_in_the_config(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text(ROWS)
    text = '# größe\n[training]\nmethod = "full"\nepochs = 9\nbatch-size = 4\nlearning-rate = 0.001\n'
    async with editor(folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "finetooth.toml", text, "toml")
        batch, rate = await ed.shown(uri, "HYP005", "HYP001")
        assert (text_of(batch, text), text_of(rate, text)) == ("4", "0.001")
        hover = await ed.hover(uri, rate.range.start.line, rate.range.start.character + 1)
        assert hover is not None
        assert "learning-rate-too-high" in str(hover.contents)
        ed.close(uri)
        await ed.shown(uri)


async def test_training_that_is_typed_into_a_config(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text(ROWS)
    async with editor(folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "finetooth.toml", "target = 'trl'\n", "toml")
        ed.edit(uri, Change("[training]\nbatch-size = 4\nepochs = 9\n", (1, 0), (1, 0)))
        await ed.shown(uri, "HYP005")
        ed.edit(uri, Change("[", (1, 0), (1, 0)))
        await ed.shown(uri)


async def test_columns_are_in_the_clients_units(tmp_path: Path) -> None:
    text = '{"model": "gpt-4o", "training_file": "😀é.jsonl", "hyperparameters": {"n_epochs": 99}}\n'
    for profile in PROFILES:
        async with editor(profile, folders=[tmp_path]) as ed:
            uri = ed.open_file(tmp_path / "job.json", text, "json")
            found = (await ed.shown(uri, "HYP004", "HYP008"))[0]
            start = found.range.start.character
            units = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[ed.encoding.value]
            width = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[ed.encoding.value]
            assert text.encode(units)[start * width :].decode(units).startswith("99")


async def test_a_client_that_asks_is_told_and_never_pushed_to(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(ROWS)
    text = AXOLOTL.replace("learning_rat: 0.0002", "micro_batch_size: 8")
    async with editor(pulling(), folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "run.yaml", text, "yaml")
        await ed.pull(uri)
        await ed.until(lambda: ed.client.diagnostic_refresh_count)
        report = await ed.pull(uri)
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        assert [item.code for item in report.items] == ["HYP005"]
        again = await ed.pull(uri, report.result_id)
        assert isinstance(again, types.RelatedUnchangedDocumentDiagnosticReport)
        ed.edit(uri, Change("1", (5, 18), (5, 19)))
        report = await ed.pull(uri)
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        assert [item.code for item in report.items] == ["HYP003"]
        assert ed.published == []


@pytest.mark.parametrize(("name", "language", "text"), OTHERS, ids=lambda value: str(value)[:14])
async def test_of_any_other_file_nothing_is_said(name: str, language: str, text: str, tmp_path: Path) -> None:
    async with editor(folders=[tmp_path]) as ed:
        other = ed.open_file(tmp_path / name, text, language)
        uri = ed.open_file(tmp_path / "run.yaml", AXOLOTL, "yaml")
        await ed.shown(uri, "HYP007")
        await asyncio.sleep(0.3)
        assert not [item for item in ed.published if item.uri == other and item.diagnostics]


async def test_broken_yaml_is_one_problem(tmp_path: Path) -> None:
    async with editor(folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "run.yaml", AXOLOTL, "yaml")
        await ed.shown(uri, "HYP007")
        ed.edit(uri, Change(" [", (4, 13), (4, 13)))
        await ed.until(lambda: [d for d in ed.client.diagnostics.get(uri, ()) if not d.code])
        (found,) = ed.client.diagnostics[uri]
        assert found.message.startswith("is not valid YAML")
        assert found.range.start.line in (4, 5)
        fresh = ed.open_file(tmp_path / "other.yaml", AXOLOTL.replace("rat:", "rate:") + "x: [1\n", "yaml")
        await ed.until(lambda: ed.client.diagnostics.get(fresh))


async def test_an_error_of_the_config_is_shown_once_while_it_is_open(tmp_path: Path) -> None:
    config = tmp_path / "finetooth.toml"
    config.write_text("targt = 'trl'\n[training]\nmethod = 'full'\nlearning-rate = 0.001\n")
    async with editor(folders=[tmp_path]) as ed:
        ed.open_file(tmp_path / "train.jsonl", ROWS)
        await ed.until(lambda: ed.client.diagnostics.get(config.as_uri()))
        uri = ed.open_file(config, None, "toml")
        await ed.until(lambda: len(ed.client.diagnostics.get(uri, ())) == 2)
        messages = [item.message for item in ed.client.diagnostics[uri]]
        assert "targt" in messages[0]
        assert "0.001" in messages[1]
        ed.close(uri)
        await ed.until(lambda: len(ed.client.diagnostics.get(uri, ())) == 1)


async def test_a_switched_off_server_says_nothing(tmp_path: Path) -> None:
    async with editor(folders=[tmp_path], options={"enable": False}) as ed:
        uri = ed.open_file(tmp_path / "run.yaml", AXOLOTL, "yaml")
        await asyncio.sleep(0.4)
        assert not ed.client.diagnostics.get(uri)


async def test_a_json_dataset_stays_one(tmp_path: Path) -> None:
    row = '{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}'
    text = f"[{row}, {row.replace('assistant', 'asistant')}, {row}]"
    async with editor(folders=[tmp_path], options={"ignore": ["SIZ", "DUP"]}) as ed:
        uri = ed.open_file(tmp_path / "rows.json", text, "json")
        await ed.shown(uri, "FMT006")
        uri = ed.open_file(
            tmp_path / "job.json", '{"model": "m", "training_file": "f", "sufix": "x"}', "json"
        )
        await ed.shown(uri, "HYP007")


LONG = '{"prompt": "Name three rivers of Europe.", "completion": "The Danube, the Rhine and the Loire."}\n'


async def test_rows_over_the_context_are_counted_in_the_background(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text(LONG * 4)
    text = "[training]\ncontext = 8\n"
    async with editor(folders=[tmp_path], options={"select": ["HYP009"]}) as ed:
        uri = ed.open_file(tmp_path / "finetooth.toml", text, "toml")
        (found,) = await ed.shown(uri, "HYP009")
        assert text_of(found, text) == "8"
        assert "4 of 4 rows" in found.message
        ed.edit(uri, Change("256", (1, 10), (1, 11)))  # every row has room
        await ed.shown(uri)
        ed.edit(uri, Change("12", (1, 10), (1, 13)))
        await ed.shown(uri, "HYP009")
        (tmp_path / "train.jsonl").write_text(LONG)
        event = types.FileEvent((tmp_path / "train.jsonl").as_uri(), types.FileChangeType.Changed)
        ed.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
        await ed.until(lambda: any("1 of 1 rows" in d.message for d in ed.client.diagnostics[uri]))


async def test_of_open_data_the_text_counts_and_not_the_file(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text(LONG * 4)
    async with editor(folders=[tmp_path], options={"select": ["HYP009"]}) as ed:
        uri = ed.open_file(tmp_path / "finetooth.toml", "[training]\ncontext = 8\n", "toml")
        data = ed.open_file(tmp_path / "train.jsonl")

        async def told(rows: str) -> None:
            await ed.until(
                lambda: any(f"{rows} rows" in one.message for one in ed.client.diagnostics.get(uri, ())), rows
            )

        await told("4 of 4")
        ed.edit(data, Change(LONG * 2, (4, 0), (4, 0)))
        await told("6 of 6")
        ed.edit(data, Change(LONG, (0, 0), (4, 0)))
        await told("3 of 3")
        ed.close(data)  # and the edits with it
        await told("4 of 4")
        data = ed.open_file(tmp_path / "train.jsonl")
        ed.edit(data, Change("", (1, 0), (4, 0)))
        await told("1 of 1")
        ed.save(data, tmp_path / "train.jsonl")
        ed.close(data)
        await asyncio.sleep(1)
        await told("1 of 1")
