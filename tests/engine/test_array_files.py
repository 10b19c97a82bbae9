"""Files that are one array: the same findings as the same records in lines, in the command line and in the
editor, at exact places, with fixes that leave all other bytes as they are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from finetooth.engine.files.array_batches import array_batches
from finetooth.engine.files.discover import discover
from finetooth.engine.files.opening import ONE_OBJECT
from finetooth.engine.files.source import Source
from finetooth.engine.lint_file import FileResult, lint_file
from finetooth.engine.live.document import Change, Document, Encoding
from finetooth.engine.live.gather import Here
from finetooth.engine.live.index import LiveIndex
from finetooth.engine.report import Report, ShownEdit
from finetooth.engine.request import STDIN, CheckRequest, FixMode, Overrides
from finetooth.engine.run import check
from finetooth.lsp.client import ClientFacts
from finetooth.lsp.convert import Renderer
from finetooth.lsp.view import diagnostics
from finetooth_rules.array import Framing
from finetooth_rules.framing import Bounds
from finetooth_rules.lint import Linter
from finetooth_rules.settings import build_profile
from providers import FEATURES

RECORDS = [
    {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]},
    {"messages": [{"role": "user", "content": "é😀"}, {"role": "asistant", "content": "x"}]},
    {"messages": [{"role": "user", "content": "c"}, {"role": "assistant", "content": "```python\nx"}]},
    {"messages": []},
    {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]},
    {"prompt": "p", "completion": ""},
]
PROFILE = build_profile({"format": "openai-chat"})
Found = list[tuple[int, str, str]]


def lint(data: bytes, framing: Framing) -> FileResult:
    return lint_file(Source("x.json", data=data, framing=framing), PROFILE, FEATURES)


def by_record(result: FileResult) -> list[tuple[bytes, str, str]]:
    return [
        (json.dumps(json.loads(item.record.raw)).encode(), f.code, f.message)
        for item in result.of_records
        for f in item.findings
    ]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from(RECORDS), min_size=1, max_size=12),
    st.sampled_from([None, 0, 2, "\t"]),
    st.booleans(),
)
def test_an_array_has_the_findings_of_its_lines(records: list[object], indent: object, ascii_: bool) -> None:
    lines = "".join(json.dumps(r, ensure_ascii=ascii_) + "\n" for r in records).encode()
    array = json.dumps(records, ensure_ascii=ascii_, indent=indent).encode()  # type: ignore[arg-type]
    one, other = lint(lines, Framing.LINES), lint(array, Framing.ARRAY)
    assert by_record(one) == by_record(other)
    assert [(f.code, f.message) for f in one.of_file] == [(f.code, f.message) for f in other.of_file]
    assert one.record_count == other.record_count == len(records)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["{}", '{"a": 1,}', ",\n", "\r\n", "é", '"', "]", " "]), max_size=20))
def test_places_are_those_of_the_file(parts: list[str]) -> None:
    import io

    data = ("[" + "".join(parts)).encode()
    for block in (1, 5, 1000):
        offset = line = 0
        for batch in array_batches(io.BytesIO(data), Bounds(), block):
            offset, line = offset + batch.lead, line + batch.lead_lines
            for record, size, lines in zip(batch.records, batch.sizes, batch.line_counts, strict=True):
                before = data[:offset].splitlines(keepends=True) or [b""]
                ended = before[-1].endswith((b"\n", b"\r"))
                assert data[offset : offset + len(record.raw)] == record.raw
                assert line == len(before) - (not ended)
                assert record.column == (0 if ended else len(before[-1].decode()))
                offset, line = offset + size, line + lines


def run(path: Path, mode: FixMode = FixMode.NONE, select: tuple[str, ...] | None = None) -> Report:
    return check(CheckRequest((str(path),), isolated=True, fix=mode, overrides=Overrides(select=select)))


GOOD = '{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b %d"}]}'


def test_lines_and_columns_and_fixes_of_a_pretty_array(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    text = json.dumps([json.loads(GOOD % n) for n in range(3)], indent=2)
    broken = text.replace('"b 1"\n      }', '"b 1",\n      }').replace("  },\n  {", "  }\n  {", 1)
    broken = broken.removesuffix("\n]") + ",\n]"
    path.write_text(broken)
    report = run(path, select=("SYN001",))
    lines = broken.split("\n")
    marked = [(f.place.line, lines[f.place.line - 1][f.place.column - 1 :][:1]) for f in report.findings]
    assert [char for _, char in marked] == ["", ",", ","]
    assert report.records == 3
    assert run(path, FixMode.SAFE, ("SYN001",)).findings == []
    assert path.read_text() == text


@pytest.mark.parametrize("indent", [None, 2])
def test_deleting_records_takes_one_comma_each(tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "x.json"
    one, two = json.loads(GOOD % 1), json.loads(GOOD % 2)
    path.write_text(json.dumps([one, one, two, two, one], indent=indent))
    run(path, FixMode.UNSAFE, ("DUP001",))
    assert path.read_text() == json.dumps([one, two], indent=indent)


def applied(text: str, edits: Sequence[ShownEdit]) -> str:
    """A text with edits in lines and columns."""
    lines = text.splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
    for edit in sorted(edits, key=lambda edit: (edit.line, edit.column), reverse=True):
        start = starts[edit.line - 1] + edit.column - 1
        end = starts[edit.end_line - 1] + edit.end_column - 1
        text = text[:start] + edit.content + text[end:]
    return text


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("separator", [",", " ,", ",\r\n\t", ",\n" + " " * 3000])
@pytest.mark.parametrize("copy", [1, 2])
def test_the_edits_shown_are_those_that_fix(
    tmp_path: Path, indent: int | None, separator: str, copy: int
) -> None:
    path = tmp_path / "x.json"
    one, two = (json.loads((GOOD % n).replace("a", "é😀" * 3000)) for n in (1, 2))
    records = [one, one, two] if copy == 1 else [one, two, one]
    text = "[" + separator.join(json.dumps(r, indent=indent, ensure_ascii=False) for r in records) + "]"
    path.write_bytes(text.encode())
    (finding,) = run(path, select=("DUP001",)).findings
    (fix,) = finding.fixes
    run(path, FixMode.UNSAFE, ("DUP001",))
    assert applied(text, fix.edits) == path.read_bytes().decode()


def test_what_is_taken_in_a_folder(tmp_path: Path) -> None:
    chat = [json.loads(GOOD % n) for n in range(3)]
    files = {
        "data.json": json.dumps(chat, indent=2),
        "lines.json": "".join(json.dumps(r) + "\n" for r in chat),
        "package.json": '{"name": "x", "messages": []}',
        "tsconfig.json": "{\n  // comments\n}\n",
        "names.json": '["a", "b"]',
        "numbers.json": "[1, 2, 3]",
        "menu.json": '[{"messages": "three"}, {"text": "x", "id": 3}]',
        "empty.json": "[]",
        "broken.json": "[{",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    found = [Path(name).name for name in discover([str(tmp_path)]).files]
    assert found == ["data.json", "lines.json"]
    found = [Path(name).name for name in discover([str(tmp_path / "*.json")]).files]
    assert not {"package.json", "tsconfig.json"} & set(found)


OTHER_JSON = {
    "package.json": {"name": "x", "version": "1.0.0", "scripts": {"test": "jest"}, "messages": []},
    "package-lock.json": {"name": "x", "lockfileVersion": 3, "packages": {"": {"name": "x"}}},
    "tsconfig.json": {"compilerOptions": {"strict": True}, "files": ["a.ts"]},
    "dataset_info.json": {"mine": {"file_name": "train.json", "formatting": "sharegpt", "columns": {}}},
    "state.json": {"_data_files": [{"filename": "data-00000-of-00001.arrow"}], "_split": "train"},
    "config.json": {"architectures": ["LlamaForCausalLM"], "vocab_size": 32000},
    "tokenizer_config.json": {"chat_template": "{{ messages }}", "model_max_length": 4096},
    "trainer_state.json": {"log_history": [{"epoch": 0.1, "loss": 2.1, "step": 10}]},
    "notebook.ipynb": {"cells": [{"cell_type": "code", "source": ["x"]}], "nbformat": 4},
    "notebook.json": {"cells": [{"cell_type": "code", "source": ["x"]}], "nbformat": 4},
    "settings.json": {"editor.tabSize": 2, "[jsonl]": {"editor.wordWrap": "on"}},
    "keybindings.json": [{"key": "ctrl+k", "command": "x", "when": "editorTextFocus"}],
    "compile_commands.json": [{"directory": "/b", "command": "cc a.c", "file": "a.c"}],
    "menu.json": [{"label": "Home", "text": "Start", "path": "/"}, {"label": "Out", "text": "Bye"}],
    "posts.json": [{"text": "a post", "user": "me", "created": "2024-01-01"}] * 3,
    "cases.json": [{"input": "1 2", "output": "3"}, {"input": "4 5", "output": "9"}],
    "questions.json": [{"type": "input", "name": "title", "prompt": "Title?"}],
    "api.json": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}],
    "locales.json": [{"id": "greeting", "message": "Hi", "translation": "Hallo"}],
    "geo.json": {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}}]},
    "matrix.json": [[1, 2], [3, 4]],
    "export.json": [{"title": "A chat", "mapping": {"1": {"message": {"author": {"role": "user"}}}}}],
}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", OTHER_JSON)
def test_other_json_is_never_taken_from_a_folder(tmp_path: Path, name: str, indent: int | None) -> None:
    for folder in (tmp_path, tmp_path / ".vscode"):
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(OTHER_JSON[name], indent=indent))
    assert discover([str(tmp_path)]).files == ()


def of_stdin(text: str, name: str | None = None) -> Report:
    overrides = Overrides(select=("SYN",))
    return check(
        CheckRequest((STDIN,), stdin=text.encode(), stdin_filename=name, isolated=True, overrides=overrides)
    )


def test_standard_input_is_read_as_an_array_where_it_is_one_of_records() -> None:
    one, two = GOOD % 1, GOOD % 2
    report = of_stdin(f"[\n{one},\n{two[:-1]},}}\n]")
    assert ([f.code for f in report.findings], report.records) == (["SYN001"], 2)
    assert [f.code for f in of_stdin('[{"a": 1},\n{"a": 2}]\n').findings] == ["SYN008"]
    assert of_stdin(f"{one}\n{two}\n").findings == []
    assert of_stdin(f"[{one}]", "x.json").findings == []
    assert [f.code for f in of_stdin(f"[{one}]", "x.jsonl").findings] == ["SYN008"]
    assert [p.message for p in of_stdin('{"name": "x"}', "x.json").problems] == [ONE_OBJECT]


def test_an_object_that_is_named_is_one_problem(tmp_path: Path) -> None:
    path = tmp_path / "package.json"
    path.write_text('{\n  "name": "x"\n}\n')
    report = run(path)
    assert [problem.message for problem in report.problems] == [ONE_OBJECT]
    assert not report.findings


def test_a_json_of_lines_is_read_as_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text((GOOD % 1) + "\n" + (GOOD % 2)[:-1] + ",}\n")
    report = run(path, select=("SYN001",))
    assert [(f.place.line, report.records) for f in report.findings] == [(2, 2)]


# -- the editor ---------------------------------------------------------------------------------------------

PIECES = [
    GOOD % 1 + ",\n",
    "  " + GOOD % 2 + ",\n",
    '{"messages": []}, {"prompt": "p", "completion": "c"},\n',
    '{\n  "messages": [\n    {"role": "asistant", "content": "x"}\n  ]\n},\n',
    '{"a": 1,}\n',
    "  {\n",
    "  },\n",
    "]\n",
    "[",
    ",",
    "\n",
    '"',
    "}",
    "x",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
AT = st.tuples(st.integers(0, 20), st.integers(0, 30))
CHANGES = st.one_of(
    st.builds(Change, TEXTS, AT, AT),
    st.builds(lambda text, at: Change(text, at, at), st.sampled_from(PIECES), AT),
    st.builds(lambda at, count: Change("", at, (at[0] + count, 0)), AT, st.integers(0, 4)),
    TEXTS.map(Change),  # the whole text; `builds` would make up positions
)


def of_editor(index: LiveIndex) -> Found:
    found: Found = []
    for block in index.blocks:
        line = index.blocks.start(block)
        for entry in block.entries:
            lead = index.document.bytes_from(line, entry.at)
            first = line + lead.count(b"\n") + lead.count(b"\r") - lead.count(b"\r\n")
            found += [(first, f.code, f.message) for _, f in index.visible(entry)]
            line += entry.lines
    return sorted(found)


def of_check(data: bytes) -> Found:
    result = lint(data, Framing.ARRAY)
    return sorted((item.line, f.code, f.message) for item in result.of_records for f in item.findings)


def live(text: str) -> LiveIndex:
    linter = Linter(PROFILE)
    return LiveIndex(Document(text), linter, Here(linter, FEATURES), framing=Framing.ARRAY)


def edit(index: LiveIndex, change: Change) -> None:
    for touched in index.document.apply([change], Encoding.UTF16):
        index.touch(touched)


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.lists(st.tuples(CHANGES, st.integers(0, 2)), max_size=6))
@example(  # a broken record that ran to the end of the file, and then the next one is appended
    "",
    [
        (Change('{"' + PIECES[0] + "]\n", (1, 0), (1, 0)), 1),
        (Change(PIECES[0], (3, 0), (3, 0)), 0),
    ],
)
@example("", [(Change(PIECES[0], (0, 0), (0, 0)), 1), (Change("[\n"), 0)])  # a line becomes the first
def test_any_edits_equal_reading_the_final_text(text: str, steps: list[tuple[Change, int]]) -> None:
    index = live("[\n" + text)
    for change, rest in steps:
        edit(index, change)
        if rest == 1:
            for _ in index.lint_steps(bulk=False):
                pass
        elif rest == 2:
            index.settle()
    index.settle()
    data = b"".join(index.document.lines)
    if not lint(data, Framing.ARRAY).scanned.whole:  # else it is said to be empty, and nothing of its records
        assert of_editor(index) == of_check(data)
    assert sum(e.lines for block in index.blocks for e in block.entries) == len(index.document.lines)


def test_an_edit_reads_only_the_record_it_touches() -> None:
    records = [json.loads(GOOD % n) for n in range(2000)]
    index = live(json.dumps(records, indent=2))
    index.settle()
    before = [entry for block in index.blocks for entry in block.entries]
    line = next(n for n, text in enumerate(index.document.lines) if b"b 700" in text)
    edit(index, Change("x", (line, 21), (line, 21)))
    for _ in index.lint_steps(bulk=False):
        pass
    after = [entry for block in index.blocks for entry in block.entries]
    assert len(before) == len(after)
    assert sum(one is not other for one, other in zip(before, after, strict=True)) <= 2


def drawn(index: LiveIndex) -> list[dict[str, object]]:
    """Everything an editor is sent, with exact places and related places."""
    sent, _ = diagnostics(Renderer("file:///a.json", index, ClientFacts(related_information=True)), 10_000, 0)
    found: list[dict[str, object]] = json.loads(sent)
    return sorted(found, key=json.dumps)


ON_ONE_LINE = [
    GOOD % 1,
    GOOD % 2,
    '{"messages": [{"role": "user", "content": "é😀"}, {"role": "asistant", "content": "b"}]}',
    '{"messages": []}',
    '{"a": 1,}',
]
ELEMENTS = st.lists(st.sampled_from(ON_ONE_LINE), max_size=5).map(", ".join)
TYPED = st.one_of(
    st.sampled_from(["x", '"', "{", "}", ",", "]", "[", "\n", "é"]), ELEMENTS.map("{}, ".format)
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(ELEMENTS, max_size=3).map(",\n".join),
    st.lists(st.tuples(TYPED, st.floats(0, 1), st.integers(0, 90), st.integers(0, 2)), max_size=6),
)
@example(f"{GOOD % 1}, {GOOD % 2}, {GOOD % 1}", [("", 0.0, 40, 2), ("x", 0.99, 0, 2)])
def test_typing_where_many_records_stand_on_a_line(
    text: str, steps: list[tuple[str, float, int, int]]
) -> None:
    """Records that moved on their line keep what was found in them, at the right place."""
    index = live(f"[{text}]")
    index.settle()
    drawn(index)
    for typed, where, taken, rest in steps:
        lines = index.document.lines
        line = int(where * (len(lines) - 1)) if lines else 0
        at = (line, int(where * 10 % 1 * len(lines[line])) if lines else 0)
        edit(index, Change(typed, at, (line, at[1] + taken)))
        if rest == 1:
            for _ in index.lint_steps():
                pass
        elif rest == 2:
            index.settle()
        drawn(index)
    index.settle()
    fresh = live(b"".join(index.document.lines).decode())
    fresh.settle()
    assert drawn(index) == drawn(fresh)


def test_an_edit_checks_only_the_record_it_touches_on_a_line() -> None:
    index = live(json.dumps([json.loads(GOOD % n) for n in range(2000)]))
    index.settle()
    before = [entry for block in index.blocks for entry in block.entries]
    edit(index, Change("x", (0, 60_000), (0, 60_000)))
    index.settle()
    after = [entry for block in index.blocks for entry in block.entries]
    assert len(before) == len(after)
    assert sum(one is not other for one, other in zip(before, after, strict=True)) == 1
