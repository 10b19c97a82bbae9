"""Settings files of trainers: clean ones are silent, every value is where its span says, nothing crashes."""

from __future__ import annotations

import json
import string
import tomllib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetooth_rules.catalogue import documentation
from finetooth_rules.lint import Linter
from finetooth_rules.settings import build_profile
from finetooth_rules.splits import TRAIN
from finetooth_rules.trainers import (
    TRAINERS,
    Document,
    Language,
    Objective,
    Role,
    TrainingSettings,
    Tuning,
    bare_settings,
    language_of,
    read_document,
    read_settings,
    training_table,
)
from finetooth_rules.trainers._advice import advice_on, automatic_epochs
from finetooth_rules.trainers._data import DataFacts, SplitFacts, joined
from finetooth_rules.trainers._models import context_of
from finetooth_rules.trainers._rates import rates_for
from finetooth_rules.trainers._run import cutoff_of, run_of, tokens_seen
from finetooth_rules.trainers._trainer import number_of

FILES = sorted((Path(__file__).parents[1] / "data" / "training").iterdir())
PROFILE = build_profile({})
yaml: Any = import_module("yaml")  # there are no types of it
VALUE_OF: dict[str, Callable[[str], Any]] = {
    ".json": json.loads,
    ".yml": yaml.safe_load,
    ".yaml": yaml.safe_load,
    ".toml": lambda text: tomllib.loads(f"x = {text}")["x"],
}
MANY = DataFacts({TRAIN: SplitFacts(800)})


def read(raw: bytes, name: str) -> TrainingSettings:
    language = language_of(name)
    assert language is not None
    if language is Language.TOML:
        found: object = training_table(read_document(raw, language))
    else:
        found = read_settings(raw, language)
    assert isinstance(found, TrainingSettings), name
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_clean_file_is_read_and_silent(path: Path) -> None:
    raw = path.read_bytes()
    settings = read(raw, path.name)
    stem = "finetooth" if path.suffix == ".toml" else "openai" if path.stem == "azure" else path.stem
    assert stem.startswith(settings.trainer.name)
    linter = Linter(build_profile(tomllib.loads(raw.decode()) if path.suffix == ".toml" else {}))
    assert linter.check_settings(settings, None) == ()
    assert linter.check_settings(settings, MANY) == ()
    assert not linter.broken


def test_there_are_many_clean_files_of_every_trainer() -> None:
    assert len(FILES) > 20
    trainers = {read(path.read_bytes(), path.name).trainer.name for path in FILES}
    assert trainers == {"finetooth", *(trainer.name for trainer in TRAINERS)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_value_is_where_its_span_says(path: Path) -> None:
    raw = path.read_bytes()
    settings = read(raw, path.name)
    for setting in settings.given.values():
        text = raw[setting.span.start : setting.span.end].decode()
        number = number_of(VALUE_OF[path.suffix](text))
        assert number == setting.number
        assert number is not None or VALUE_OF[path.suffix](text) == setting.value
        assert raw[setting.key.start : setting.key.end].decode().strip("\"'") == setting.name
    for data in settings.data:
        assert data.name.encode() in raw[data.setting.span.start : data.setting.span.end]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_cut_of_a_file_crashes_anything(path: Path) -> None:
    raw, language = path.read_bytes(), language_of(path.name)
    assert language is not None
    linter = Linter(PROFILE)
    for end in range(0, len(raw), 7):
        found = read_settings(raw[:end], language)
        if isinstance(found, TrainingSettings):
            linter.check_settings(found, MANY)
        elif isinstance(found, Document):
            assert found.trouble is not None
            assert 0 <= found.trouble.span.start <= found.trouble.span.end <= end
    assert not linter.broken


def test_other_files_are_nobodys() -> None:
    for text, name in (
        ("name: ci\non: push\njobs: {test: {runs-on: x, steps: [{uses: a}]}}\n", "ci.yml"),
        ("base_model: a\nmodels: [{model: b}]\nmerge_method: slerp\n", "mergekit.yml"),
        ("model_name_or_path: a\ntemplate: qwen\ninfer_backend: huggingface\n", "chat.yaml"),
        (
            "model_name_or_path: a\nadapter_name_or_path: b\nfinetuning_type: lora\nexport_dir: c\n",
            "merge.yaml",
        ),
        ('{"name": "package", "version": "1.0.0", "dependencies": {}}', "package.json"),
        ('{"model": "gpt-4o", "messages": [{"role": "user", "content": "training_file"}]}', "request.json"),
        ('{"model": "x", "training_file": {"a": 1}}', "other.json"),
        ('[{"model": "x", "training_file": "y"}]', "list.json"),
        ("[base_model]\nx = 1\n", "x.toml"),
        ("", "empty.yaml"),
        ("base_model", "scalar.yaml"),
    ):
        language = language_of(name)
        assert language is not None
        assert read_settings(text.encode(), language) is None


@pytest.mark.parametrize(
    ("text", "line", "column", "word"),
    [
        ("base_model: [a\nb: 2\n", 2, 2, "expected"),
        ("base_model: a\n b: 2\n", 2, 3, "not allowed"),
        ("base_model: a\n\tb: 2\n", 2, 1, "tab"),
        ("base_model: *nowhere\n", 1, 13, "undefined alias"),
        ("base_model: a\n---\nb: 1\n", 2, 1, "document"),
        ('base_model: "a\n', 1, 14, "end of stream"),
    ],
)
def test_a_broken_file_is_one_problem_with_a_place(text: str, line: int, column: int, word: str) -> None:
    found = read_settings(text.encode(), Language.YAML)
    assert isinstance(found, Document)
    assert found.trouble is not None
    assert word in found.trouble.message
    before = text[: found.trouble.span.start]
    assert (before.count("\n") + 1, len(before) - before.rfind("\n")) == (line, column)


def test_the_last_of_duplicate_keys_counts_and_is_shown() -> None:
    raw = b"base_model: a\ndatasets: []\nsequence_len: 1\nsequence_len: 2\n"
    setting = read(raw, "a.yml").given[Role.CONTEXT]
    assert (setting.value, raw[setting.span.start :]) == (2, b"2\n")


def test_anchors_merges_and_cycles() -> None:
    raw = b"""
defaults: &d {sequence_len: 1024, micro_batch_size: 4}
loop: &l [*l, {a: *l}]
base_model: a
datasets: *l
<<: [*d, {sequence_len: 9}]
micro_batch_size: 2
"""
    settings = read(raw, "a.yml")
    assert settings.number(Role.CONTEXT) == 1024
    assert settings.number(Role.BATCH) == 2
    span = settings.given[Role.CONTEXT].span
    assert raw[span.start : span.end] == b"1024"


PLAIN = st.text(string.ascii_letters + string.digits + "_-äß€𝒳 .:#", max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 9999) | st.floats(-10, 10) | PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PLAIN, inner, max_size=3),
    max_leaves=12,
)


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Any:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path, value


@given(
    st.dictionaries(PLAIN, VALUES, max_size=4), st.booleans(), st.sampled_from(["\n", "\r\n"]), st.booleans()
)
def test_a_span_in_yaml_holds_its_value(value: dict[str, Any], flow: bool, ending: str, mark: bool) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True).replace("\n", ending)
    document = read_document(text.encode("utf-8-sig" if mark else "utf-8"), Language.YAML)
    assert document.trouble is None
    expected = yaml.safe_load(text)
    for path, leaf in leaves(expected):
        span = document.locate(path)
        assert span is not None
        assert yaml.safe_load(document.raw[span.start : span.end].decode()) == leaf
        if path:
            assert document.locate(path, on_key=True) is not None


@given(st.dictionaries(PLAIN, VALUES, max_size=4), st.integers(0, 2))
def test_a_span_in_json_holds_its_value(value: dict[str, Any], indent: int) -> None:
    document = read_document(json.dumps(value, indent=indent or None).encode(), Language.JSON)
    assert document.value == value
    for path, leaf in leaves(value):
        span = document.locate(path)
        assert span is not None
        assert json.loads(document.raw[span.start : span.end]) == leaf


TOML_VALUES = st.recursive(
    st.booleans() | st.integers(-999, 9999) | PLAIN,
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)


def toml(value: Any) -> str:
    return (
        json.dumps(value, ensure_ascii=False)
        if not isinstance(value, list)
        else ("[ " + ", # a comment ]\n ".join(map(toml, value)) + "\n]")
    )


@given(
    st.dictionaries(PLAIN, TOML_VALUES, max_size=3),
    st.dictionaries(PLAIN.filter(bool), st.dictionaries(PLAIN, TOML_VALUES, max_size=3), max_size=3),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_span_in_toml_holds_its_value(
    top: dict[str, Any], tables: dict[str, dict[str, Any]], ending: str
) -> None:
    lines = [f"{json.dumps(key, ensure_ascii=False)} = {toml(value)}  # x" for key, value in top.items()]
    for number, (name, table) in enumerate(tables.items()):
        if name in top:
            continue
        quoted = json.dumps(name, ensure_ascii=False)
        if number % 2:
            lines += [f"[[ {quoted} ]]", "first = '''\n]x = 1'''", f"[[{quoted}]]"]
        else:
            lines.append(f"[{quoted}] # [not.this]")
        lines += [f"{json.dumps(key, ensure_ascii=False)} = {toml(value)}" for key, value in table.items()]
    text = ending.join(lines).replace("\r\n", "\n").replace("\n", ending)
    document = read_document(text.encode(), Language.TOML)
    assert document.trouble is None
    assert document.value == tomllib.loads(text)
    for path, leaf in leaves(document.value):
        span = document.locate(path)
        assert span is not None, (path, text)
        assert tomllib.loads(f"x = {document.raw[span.start : span.end].decode()}")["x"] == leaf


@given(st.binary(max_size=200), st.sampled_from(list(Language)))
def test_any_bytes_are_read_or_have_one_place(raw: bytes, language: Language) -> None:
    document = read_document(raw, language)
    if document.trouble is not None:
        assert 0 <= document.trouble.span.start <= document.trouble.span.end <= len(raw)
        assert "\n" not in document.trouble.message


def test_a_reader_of_merges_of_merges_ends() -> None:
    lines = ["z: &z0 {}"]
    lines += [f"a{n}: &z{n} {{<<: [{', '.join([f'*z{n - 1}'] * 200)}]}}" for n in range(1, 8)]
    assert read_document("\n".join(lines).encode(), Language.YAML).trouble is None


def test_steps_are_those_of_the_trainer() -> None:
    """As `transformers.Trainer` counts: 10 rows by 4 are 3 batches, by 2 accumulated 2 steps."""
    text = b"model_name_or_path: m\ndataset_name: d\nper_device_train_batch_size: 4\n"
    settings = read(text + b"gradient_accumulation_steps: 2\nnum_train_epochs: 1.5\n", "a.yaml")
    run = run_of(settings, DataFacts({TRAIN: SplitFacts(10)}), PROFILE)
    assert run is not None
    assert (run.per_step, run.steps_per_epoch, run.steps) == (8, 2, 3)


def test_what_is_held_out_left_out_or_beyond_the_most_is_not_trained_on() -> None:
    axolotl = b"base_model: m\ndatasets: [{path: d.jsonl}]\nsequence_len: 10\nmicro_batch_size: 1\n"
    facts = SplitFacts(10, {5: 6, 20: 4}, None, 110, 50)
    run = run_of(read(axolotl + b"val_set_size: 0.5\n", "a.yaml"), DataFacts({TRAIN: facts}), PROFILE)
    assert run is not None
    assert run.rows == 3
    factory = b"model_name_or_path: m\nstage: sft\ndo_train: true\ndataset: a,b\nmax_samples: 3\n"
    run = run_of(read(factory, "a.yaml"), DataFacts({TRAIN: SplitFacts(50)}), PROFILE)
    assert run is not None
    assert run.rows == 6


def test_what_is_left_out_by_an_estimate_is_about_known() -> None:
    """Steps and tokens are those of the rows that are left; rules count with the most that may be."""
    axolotl = b"base_model: m\ndatasets: [{path: d.jsonl}]\nsequence_len: 10\nmicro_batch_size: 1\n"
    settings = read(axolotl + b"num_epochs: 2\n", "a.yaml")
    facts = SplitFacts(10, {5: 6, 20: 4}, None, 110, 50, estimated=True)
    run = run_of(settings, DataFacts({TRAIN: facts}), PROFILE)
    assert run is not None
    assert (run.rows, run.steps, run.about, run.about_rows) == (6, 12, "about ", "about ")
    assert (run.most_rows, run.most_steps) == (10, 20)
    assert tokens_seen(settings, facts, PROFILE, 2) == 60
    packing = read(axolotl + b"num_epochs: 2\nsample_packing: true\n", "a.yaml")
    run = run_of(packing, DataFacts({TRAIN: facts}), PROFILE)
    assert run is not None
    assert (run.rows, run.sequences, run.most_sequences) == (6, 3, 10)
    none = SplitFacts(4, {20: 4}, None, 80, 50, estimated=True)
    assert run_of(settings, DataFacts({TRAIN: none}), PROFILE) is None


def test_tokens_seen_are_those_that_are_left() -> None:
    axolotl = b"base_model: m\ndatasets: [{path: d.jsonl}]\nsequence_len: 10\n"
    facts = SplitFacts(10, {5: 6, 20: 4}, None, 110, 50)
    assert tokens_seen(read(axolotl, "a.yaml"), facts, PROFILE, 2) == 60
    cut = read(axolotl + b"excess_length_strategy: truncate\n", "a.yaml")
    assert tokens_seen(cut, facts, PROFILE, 2) == 140


def test_packing_counts_contexts() -> None:
    text = b"base_model: m\ndatasets: [{path: d.jsonl}]\nsequence_len: 10\nsample_packing: true\n"
    known = SplitFacts(10, {5: 10}, None, 50, 50)
    run = run_of(read(text, "a.yaml"), DataFacts({TRAIN: known}), PROFILE)
    assert run is not None
    assert (run.sequences, run.most_sequences, run.packed, run.about) == (5, 10, True, "about ")
    assert run_of(read(text, "a.yaml"), DataFacts({TRAIN: SplitFacts(10)}), PROFILE) is None


PACKED = b"model_name_or_path: m\ndataset_name: d\nmax_length: 100\npacking: true\nmax_steps: 5\n"


def packed(facts: SplitFacts, more: bytes = b"") -> tuple[int, int]:
    run = run_of(read(PACKED + more, "a.yaml"), DataFacts({TRAIN: facts}), PROFILE)
    assert run is not None
    return run.sequences, run.most_sequences


def counted(lengths: dict[int, int], *, estimated: bool = False) -> SplitFacts:
    tokens = sum(length * count for length, count in lengths.items())
    return SplitFacts(sum(lengths.values()), lengths, None, tokens, None, estimated)


def test_however_rows_are_packed_there_are_no_more_sequences() -> None:
    """Against packers that put each row into the first, the best or the last sequence it fits in."""
    import random

    def first_fit(rows: list[int]) -> int:
        bins: list[int] = []
        for row in rows:
            at = next((n for n, used in enumerate(bins) if used + row <= 100), None)
            if at is None:
                bins.append(row)
            else:
                bins[at] += row
        return len(bins)

    def next_fit(rows: list[int]) -> int:
        count, used = 0, 101
        for row in rows:
            count, used = (count + 1, row) if used + row > 100 else (count, used + row)
        return count

    rng = random.Random(3)
    for _ in range(300):
        longest = rng.choice((5, 40, 60, 100))
        rows = [rng.randint(1, longest) for _ in range(rng.randint(1, 60))]
        few, most = packed(counted({length: rows.count(length) for length in set(rows)}))
        for order in (rows, sorted(rows), sorted(rows, reverse=True)):
            for packer in (first_fit, next_fit):
                assert few <= packer(order) <= most


def test_what_packing_leaves_of_long_rows_depends_on_the_way() -> None:
    rows = counted({250: 4})
    assert packed(rows) == (4, 4)  # each is cut
    for way in (b"wrapped", b"bfd_split"):
        assert packed(rows, b"packing_strategy: " + way + b"\n") == (10, 10)
    axolotl = b"base_model: m\ndatasets: [{path: d.jsonl}]\nsequence_len: 100\nsample_packing: true\n"
    settings = read(axolotl, "a.yaml")
    assert run_of(settings, DataFacts({TRAIN: rows}), PROFILE) is None  # none is left
    run = run_of(settings, DataFacts({TRAIN: counted({250: 4, 50: 4})}), PROFILE)
    assert run is not None
    assert (run.rows, run.sequences) == (4, 2)


def test_estimated_tokens_may_be_twice_as_many() -> None:
    assert packed(counted({50: 100})) == (50, 100)
    assert packed(counted({25: 100}, estimated=True)) == (25, 100)


def test_each_trainer_has_its_own_default_cutoff() -> None:
    for name, tokens in (("axolotl", 512), ("trl", 1024), ("llama-factory", 2048)):
        cutoff = cutoff_of(bare_settings(name), PROFILE)
        assert cutoff is not None
        assert (cutoff.tokens, cutoff.is_default) == (tokens, True)
    assert cutoff_of(bare_settings("generic"), PROFILE) is None


def test_facts_of_files_are_joined() -> None:
    one, two = SplitFacts(3, {9: 1}, 8), SplitFacts(2, {4: 2}, None, 8, 4)
    both = joined([one, two])
    assert (both.rows, both.over(8), both.over(4), both.tokens) == (5, 1, None, None)


def test_models_are_known_to_the_letter() -> None:
    assert context_of("NousResearch/Llama-2-7b-hf") == 4096
    assert context_of("unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit") == 131072
    assert context_of("org/Llama-2-7b-32k") is None
    assert context_of("mistralai/Mistral-7B-v0.1") is None  # a sliding window: the documents differ


def test_advice_names_its_source() -> None:
    text = b'{"model": "gpt-4o-2024-08-06", "training_file": "f"}'
    advice = list(advice_on(read(text, "a.json"), DataFacts({TRAIN: SplitFacts(20)})))
    assert any("5 epochs will be trained" in one.text for one in advice)
    assert all(one.source for one in advice)
    assert [automatic_epochs(rows) for rows in (2, 20, 100, 10_000, 50_000)] == [25, 5, 3, 2, 1]


def test_limits_and_roles_name_paths_that_are_known() -> None:
    for trainer in TRAINERS:
        assert trainer.sources
        assert trainer.marks
        for path in (
            *(limit.path for limit in trainer.limits),
            *(p for ps in trainer.roles.values() for p in ps),
        ):
            if path[:-1] in trainer.known:
                assert path[-1] in trainer.known[path[:-1]], (trainer.name, path)


def table(code: str) -> set[tuple[str, float, float]]:
    """What a rule's documentation says: what is trained, noted from, a warning from."""
    lines = [line for line in documentation(code).splitlines() if line.startswith("| ") and "e-" in line]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {(what, float(noted), float(bad)) for what, _, noted, bad in cells}


def test_the_documented_rates_are_those_that_are_judged_by() -> None:
    named = {
        "SFT": [Objective.SFT],
        "DPO, KTO, ORPO": [Objective.DPO, Objective.KTO, Objective.ORPO],
        "GRPO": [Objective.GRPO],
    }
    high, low = set(), set()
    for name, objectives in named.items():
        for tuning, weights in ((Tuning.FULL, ", all weights"), (Tuning.LORA, ", LoRA")):
            (rates,) = {rates_for(objective, tuning) for objective in objectives}
            assert rates is not None
            high.add((name + weights, rates.noted_above, rates.bad_above))
            both = "DPO, KTO, ORPO, GRPO" if name != "SFT" else name + weights
            low.add((both, rates.noted_below, rates.bad_below))
    assert table("HYP001") == high
    assert table("HYP002") == low
