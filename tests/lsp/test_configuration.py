"""What a document is judged by: config files, the editor's settings, folders; and what happens when they
change."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from lsp.harness import Editor, editor

GOOD = '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}\n'
MISSPELT = GOOD.replace('"assistant"', '"asistant"')
FENCE = GOOD.replace("Hello", "```python\\nx = 1")
BOTH = MISSPELT + FENCE
ONLY_SHAPE = 'select = ["FMT"]\n'
ONLY_FENCES = 'select = ["FEN"]\n'


def rewrite(ed: Editor, path: Path, text: str) -> None:
    path.write_text(text)
    ed.files_changed(path)


async def test_the_nearest_config_file_decides_and_is_read_again(tmp_path: Path) -> None:
    config = tmp_path / "finetooth.toml"
    config.write_text(ONLY_SHAPE)
    (tmp_path / "deep").mkdir()
    async with editor("visual_studio_code", folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "deep" / "a.jsonl", BOTH)
        await ed.shown(uri, "FMT006")
        rewrite(ed, config, ONLY_FENCES)
        await ed.shown(uri, "FEN001")
        rewrite(ed, tmp_path / "deep" / "pyproject.toml", f"[tool.finetooth]\n{ONLY_SHAPE}")
        await ed.shown(uri, "FMT006")
        (tmp_path / "deep" / "pyproject.toml").unlink()
        config.unlink()
        ed.files_changed(config)
        await ed.until(lambda: {"FMT006", "FEN001", "SIZ001"} <= set(ed.codes(uri)))


async def test_an_error_is_shown_in_the_file_and_the_last_good_config_stays(tmp_path: Path) -> None:
    config = tmp_path / "finetooth.toml"
    config.write_text(ONLY_SHAPE)
    async with editor(folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", BOTH)
        await ed.shown(uri, "FMT006")
        rewrite(ed, config, '# rules\nselct = ["FEN"]\n')
        (found,) = await ed.until(lambda: ed.client.diagnostics.get(config.as_uri()))
        assert found.range == types.Range(types.Position(1, 0), types.Position(1, 5))
        assert "did you mean `select`?" in found.message
        (told,) = await ed.until(lambda: ed.client.messages)
        assert "finetooth.toml:2:1" in told.message
        ed.files_changed(config)
        assert ed.codes(uri) == ["FMT006"]
        rewrite(ed, config, ONLY_FENCES)
        await ed.shown(uri, "FEN001")
        assert not ed.client.diagnostics[config.as_uri()]
        assert len(ed.client.messages) == 1


async def test_a_schema_of_the_user_s_own_is_read_again_and_a_broken_one_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "finetooth.toml").write_text('schema = "row.schema.json"\n')
    schema = tmp_path / "row.schema.json"
    schema.write_text('{"required": ["id"]}')
    async with editor("visual_studio_code", folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", GOOD)
        await ed.until(lambda: "FMT009" in ed.codes(uri))
        rewrite(ed, schema, "{}")
        await ed.until(lambda: ed.codes(uri) == ["SIZ001"])
        rewrite(ed, schema, "{")
        (found,) = await ed.until(lambda: ed.client.diagnostics.get(schema.as_uri()))
        assert "is not JSON" in found.message
        rewrite(ed, schema, '{"required": ["id"]}')
        await ed.until(lambda: "FMT009" in ed.codes(uri))
        assert not ed.client.diagnostics[schema.as_uri()]


async def test_the_client_is_asked_to_watch_config_files() -> None:
    async with editor("visual_studio_code") as ed:
        wanted = (types.WORKSPACE_DID_CHANGE_WATCHED_FILES, types.WORKSPACE_DID_CHANGE_CONFIGURATION)
        await ed.until(lambda: {*wanted} <= {one.method for one in ed.registered})
        watched = next(one for one in ed.registered if one.method == wanted[0])
        assert "**/finetooth.toml" in str(watched.register_options)
    async with editor("neovim") as ed:
        uri = ed.open("untitled:1", MISSPELT)
        await ed.until(lambda: uri in ed.client.diagnostics)
        assert not {*wanted} & {one.method for one in ed.registered}


async def test_the_editor_s_settings_win_over_the_config_file(tmp_path: Path) -> None:
    (tmp_path / "finetooth.toml").write_text(ONLY_SHAPE)
    async with editor(options={"select": ["FEN"]}, folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", BOTH)
        await ed.shown(uri, "FEN001")


async def test_settings_that_are_pushed_take_effect_at_once() -> None:
    async with editor("emacs") as ed:
        uri = ed.open("file:///nowhere/a.jsonl", BOTH)
        for settings, codes in (
            ({"select": ["FMT"]}, ["FMT006"]),
            ({"select": ["FEN"]}, ["FEN001"]),
            ({"select": ["FMT", "FEN"], "ignore": ["unclosed-fence"]}, ["FMT006"]),
            ({"enable": False}, []),
            ({"enable": True, "select": ["FMT"]}, ["FMT006"]),
        ):
            ed.client.set_configuration({"finetooth": settings})
            ed.client.workspace_did_change_configuration(
                types.DidChangeConfigurationParams({"finetooth": settings})
            )
            await ed.shown(uri, *codes)


@pytest.mark.parametrize("answer", [{}, {"select": None}])
async def test_an_answer_that_sets_nothing_leaves_what_was_said_at_the_start(answer: dict[str, Any]) -> None:
    """As lsp-mode does: asked for a section of which nothing is registered, it answers an empty object."""
    options = {"select": ["FEN"], "maxItems": "many"}
    async with editor("emacs", options=options, configuration={"": answer}) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", BOTH)
        await ed.shown(uri, "FEN001")
        for settings, codes in (({"select": ["FMT"]}, ["FMT006"]), (answer, ["FEN001"])):
            ed.client.set_configuration({"finetooth": settings})
            ed.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
            await ed.shown(uri, *codes)
        told = [message.message for message in ed.client.messages]
        assert len([text for text in told if "finetooth.maxItems" in text]) == 1, told


@pytest.mark.parametrize("profile", ["emacs", "neovim"])
async def test_pushed_settings_that_set_anything_are_the_whole(profile: str) -> None:
    capabilities = client_capabilities(profile)
    assert capabilities.workspace is not None
    capabilities.workspace.configuration = None
    async with editor(capabilities, options={"finetooth": {"select": ["FEN", "FMT"]}}) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", BOTH)
        for settings, codes in (
            ({}, ["FMT006", "FEN001"]),
            ({"finetooth": {"ignore": ["FEN"]}}, ["FMT006", "SIZ001"]),
            ({"finetooth": {}}, ["FMT006", "FEN001"]),
            ({"finetooth": {"select": None, "ignore": ["FEN", "SIZ"]}}, ["FMT006"]),
        ):
            ed.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))
            await ed.until(partial(_same, ed, uri, codes), f"{settings}")


def _same(ed: Editor, uri: str, codes: list[str]) -> bool:
    return sorted(ed.codes(uri)) == sorted(codes)


@pytest.mark.parametrize(
    ("language", "name", "codes"),
    [
        ("json lines", "a.jsonl", ["FMT006"]),
        ("JSON Lines", "untitled", ["FMT006"]),
        ("JSONL", "a.txt", ["FMT006"]),
        ("js-json", "a.jsonl", ["FMT006"]),
        ("json5", "a.ndjson", ["FMT006"]),
    ],
)
async def test_languages_are_known_by_the_names_that_editors_send(
    language: str, name: str, codes: list[str]
) -> None:
    async with editor(options={"select": ["FMT"]}) as ed:
        uri = ed.open(f"file:///nowhere/{name}", BOTH, language=language)
        await ed.shown(uri, *codes)


async def test_a_setting_that_makes_no_sense_is_told_and_left_out() -> None:
    async with editor(options={"select": ["FMT", "NOPE"], "maxDiagnostics": "many", "ignore": ["SIZ"]}) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", BOTH)
        await ed.until(lambda: {"FMT006", "FEN001"} <= set(ed.codes(uri)))
        assert "SIZ001" not in ed.codes(uri)
        about = [message.message for message in ed.client.messages]
        assert any("finetooth.maxDiagnostics" in message for message in about)
        assert any("finetooth.select" in message and "NOPE" in message for message in about)


async def test_a_chosen_config_file_is_used_for_every_document(tmp_path: Path) -> None:
    (tmp_path / "finetooth.toml").write_text(ONLY_SHAPE)
    chosen = tmp_path / "other.toml"
    chosen.write_text(ONLY_FENCES)
    async with editor(options={"configuration": "other.toml"}, folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", BOTH)
        await ed.shown(uri, "FEN001")
        rewrite(ed, chosen, ONLY_SHAPE)
        await ed.shown(uri, "FMT006")


async def test_untitled_documents_are_judged_like_the_first_folder_s(tmp_path: Path) -> None:
    for name, text in (("one", ONLY_SHAPE), ("two", ONLY_FENCES)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "finetooth.toml").write_text(text)
    async with editor(folders=[tmp_path / "one", tmp_path / "two"]) as ed:
        untitled = ed.open("untitled:Untitled-1", BOTH)
        await ed.shown(untitled, "FMT006")


async def test_each_folder_has_its_own_config_and_its_own_settings(tmp_path: Path) -> None:
    one, two, three = folders = [tmp_path / name for name in ("one", "two", "three")]
    for folder in folders:
        folder.mkdir()
    (one / "finetooth.toml").write_text(ONLY_SHAPE)
    (two / "finetooth.toml").write_text(ONLY_FENCES)
    configuration: dict[str, dict[str, Any]] = {
        "": {"maxDiagnostics": 500},
        three.as_uri(): {"select": ["FEN"]},
    }
    async with editor(folders=folders, configuration=configuration) as ed:
        await ed.shown(ed.open_file(one / "a.jsonl", BOTH), "FMT006")
        await ed.shown(ed.open_file(two / "a.jsonl", BOTH), "FEN001")
        await ed.shown(ed.open_file(three / "a.jsonl", BOTH), "FEN001")


async def test_the_format_follows_the_first_records(tmp_path: Path) -> None:
    from finetooth.engine.live.document import Change

    async with editor(options={"select": ["FMT"]}) as ed:
        pair = '{"prompt": "a", "completion": "b"}\n'
        uri = ed.open_file(tmp_path / "a.jsonl", pair * 3)
        await ed.shown(uri)
        ed.edit(uri, Change(MISSPELT * 3))
        await ed.shown(uri, "FMT006", "FMT006", "FMT006")


@pytest.mark.parametrize(
    "options", [None, {}, [], "text", {"settings": None}, {"finetooth": {"select": None}}]
)
def test_whatever_a_client_sends_is_read(options: object) -> None:
    from finetooth.lsp.settings import EditorSettings, read_settings

    assert read_settings(options) == (EditorSettings(), [])


@pytest.mark.parametrize(
    "options",
    [
        {"select": ["FMT"], "maxDiagnostics": 7},
        {"finetooth": {"select": ["FMT"], "maxDiagnostics": 7}},
        {"settings": {"select": ["FMT"], "maxDiagnostics": 7}},
        {"settings": {"finetooth": {"select": ["FMT"], "maxDiagnostics": 7, "format": "auto", "model": ""}}},
    ],
)
def test_settings_are_found_however_they_are_wrapped(options: object) -> None:
    from finetooth.lsp.settings import EditorSettings, read_settings

    assert read_settings(options) == (EditorSettings(max_diagnostics=7, overrides={"select": ["FMT"]}), [])


PLUGIN = """
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.rule import RecordRule

def check(example, profile, options):
    yield Finding("ACM001", "seen", Consequence.NOTE)

RULE = RecordRule(code="ACM001", name="seen", summary="Seen.", consequence=Consequence.NOTE, check=check)
"""


async def test_a_project_s_plugins_run_only_with_the_user_s_consent(tmp_path: Path) -> None:
    (tmp_path / "finetooth.toml").write_text('plugins = ["mine.py"]\n')
    (tmp_path / "mine.py").write_text(PLUGIN)
    async with editor("visual_studio_code", folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", MISSPELT)
        await ed.until(lambda: "FMT006" in ed.codes(uri))
        assert "ACM001" not in ed.codes(uri)
        (told,) = ed.client.messages
        assert "not loaded" in told.message
    async with editor("visual_studio_code", folders=[tmp_path], options={"allowPlugins": True}) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", MISSPELT)
        await ed.until(lambda: "ACM001" in ed.codes(uri))
        assert not ed.client.messages
        rewrite(ed, tmp_path / "mine.py", PLUGIN.replace("ACM001", "ACM002"))
        await ed.until(lambda: "ACM002" in ed.codes(uri))
        assert "ACM001" not in ed.codes(uri)


async def test_a_trainer_s_file_beside_the_dataset_is_read_and_read_again(tmp_path: Path) -> None:
    info = tmp_path / "dataset_info.json"
    rows = '{"q": "2 + 2?", "reply": "4"}\n{"q": "2 + 3?", "reply": "5"}\n'
    async with editor("visual_studio_code", folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", rows)
        await ed.until(lambda: "FMT001" in ed.codes(uri))
        entry = '{"mine": {"file_name": "a.jsonl", "columns": {"prompt": "q", "response": "%s"}}}'
        rewrite(ed, info, entry % "answer")
        await ed.until(lambda: "LOD006" in ed.codes(uri))
        rewrite(ed, info, entry % "reply")
        await ed.until(lambda: ed.codes(uri) == ["SIZ001"])
        rewrite(ed, info, "{")
        (found,) = await ed.until(lambda: ed.client.diagnostics.get(info.as_uri()))
        assert "not valid JSON" in found.message
        said = "Until then the format is found from the records."
        await ed.until(lambda: any(said in one.message for one in ed.client.messages))
        await ed.until(lambda: "FMT001" in ed.codes(uri))
