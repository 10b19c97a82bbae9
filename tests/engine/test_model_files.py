"""A model's tokenizer and template, as the settings name them."""

from __future__ import annotations

import json
import pickle
import random
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from finetooth.engine.features.tokenizer import ModelTokenCounter
from finetooth.engine.providers import FeatureSpec, provide, spec_for
from finetooth.engine.request import CheckRequest
from finetooth.engine.run import check
from finetooth.engine.settings.config import Config, ConfigError
from finetooth.engine.settings.resolve import resolve
from finetooth_rules.lint import Linter
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.tokens._measure import count_examples

TEMPLATES = Path(__file__).parent.parent / "data" / "templates"
LINE = (
    b'{"messages": [{"role": "user", "content": "Name a river."}, '
    b'{"role": "assistant", "content": "The Danube and the Volga, the Rhine."}]}'
)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small byte-level tokenizer, trained here, and a template."""
    folder = tmp_path_factory.mktemp("model")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        ["The Danube and the Volga, the Rhine. Name a river. user assistant"] * 20,
        trainers.BpeTrainer(
            vocab_size=320,
            special_tokens=["<bos>", "<|im_start|>", "<|im_end|>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"bos_token": "<bos>", "eos_token": {"content": "<|im_end|>"}})
    )
    (folder / "chat_template.jinja").write_text((TEMPLATES / "chatml.jinja").read_text())
    return folder


def profile(model: Path, **tokens: object) -> Profile:
    return resolve(
        Config(root=model.parent, settings={"tokens": {"tokenizer": model.name, **tokens}}), None, {}, LINE
    )


def test_a_conversation_is_counted_as_the_template_and_the_tokenizer_make_it(model: Path) -> None:
    judged = profile(model)
    features = provide(spec_for(judged))
    example = Linter(judged).example(Record(LINE))
    assert example is not None
    assert features.template is not None
    counted = count_examples([example], features, judged)[0]
    text = features.template.render(example.record.value["messages"]).text
    whole = Tokenizer.from_file(str(model / "tokenizer.json")).encode(text, add_special_tokens=False)
    assert counted.total == len(whole.ids)
    assert not counted.estimated
    assert whole.tokens.count("<|im_end|>") == 2


def test_a_limit_cuts_at_the_very_character(model: Path) -> None:
    record = Record(LINE)
    features = provide(spec_for(profile(model)))
    assert features.template is not None
    assert features.tokens is not None
    (total,) = features.tokens.count([features.template.render(record.value["messages"]).text])
    judged = profile(model, limit=total - 6)
    findings = Linter(judged).measure([record], features)[0]
    (finding,) = [finding for finding in findings if finding.code == "TOK002"]
    encoding = Tokenizer.from_file(str(model / "tokenizer.json")).encode(
        features.template.render(record.value["messages"]).text, add_special_tokens=False
    )
    assert finding.span is not None
    lost = LINE[slice(*finding.span)].decode()
    kept = features.template.render(record.value["messages"]).text[: encoding.offsets[total - 7][1]]
    assert lost
    assert kept.endswith("The Danube and the Volga, the Rhine."[: -len(lost)])
    assert "about" not in finding.message


def test_without_a_template_the_count_is_an_estimate(model: Path, tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "tokenizer.json").write_bytes((model / "tokenizer.json").read_bytes())
    judged = profile(tmp_path / "alone")
    example = Linter(judged).example(Record(LINE))
    assert example is not None
    assert judged.template is None
    assert count_examples([example], provide(spec_for(judged)), judged)[0].estimated


def test_cut_holds_what_the_tokens_hold(model: Path) -> None:
    judged = profile(model)
    assert judged.tokenizer is not None
    counter = ModelTokenCounter(judged.tokenizer)
    plain = Tokenizer.from_file(str(model / "tokenizer.json"))
    rng = random.Random(1)
    for _ in range(100):
        text = "".join(rng.choice("The Danube ,.é👨‍👩日\n<|im_end|>") for _ in range(rng.randrange(1, 40)))
        ids = plain.encode(text, add_special_tokens=False).ids
        assert counter.count([text, text]) == [len(ids)] * 2
        for limit in range(len(ids) + 2):
            held = plain.decode(ids[:limit], skip_special_tokens=False)
            assert text[: counter.cut(text, limit)] == held.rstrip("\ufffd")


def test_the_fingerprint_changes_with_the_files(model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    for file in model.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    first = profile(folder).fingerprint
    assert first == profile(folder).fingerprint
    (folder / "chat_template.jinja").write_text("{{ messages[0].content }} and more")
    second = profile(folder).fingerprint
    assert second != first
    text = (folder / "tokenizer.json").read_text()
    (folder / "tokenizer.json").write_text(text + "\n\n")
    assert profile(folder).fingerprint != second


def test_another_process_makes_the_same_features(model: Path) -> None:
    spec = spec_for(profile(model))
    assert FeatureSpec.of(provide(spec)) == spec
    assert pickle.loads(pickle.dumps(spec)) == spec


@pytest.mark.parametrize(
    ("name", "text", "key", "reason"),
    [
        ("tokenizer.json", None, "tokenizer", "cannot be read"),
        ("tokenizer.json", "{", "tokenizer", "is not JSON"),
        ("tokenizer.json", '{"model": 1}', "tokenizer", "is no tokenizer"),
        ("tokenizer.json", '{"model": {"type": "BPE", "vocab": 3}}', "tokenizer", "is no tokenizer"),
        ("t.jinja", "{% for %}", "template", "is no valid chat template"),
        ("t.jinja", None, "template", "cannot be read"),
        ("tokenizer_config.json", "{}", "template", "has no `chat_template`"),
    ],
)
def test_a_bad_file_is_one_problem(
    tmp_path: Path, name: str, text: str | None, key: str, reason: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    (tmp_path / "finetooth.toml").write_text(f'[tokens]\n{key} = "{name}"\n')
    for number in range(2):
        (tmp_path / f"{number}.jsonl").write_bytes(LINE + b"\n")
    report = check(CheckRequest((str(tmp_path / "0.jsonl"), str(tmp_path / "1.jsonl"))))
    (problem,) = report.problems
    assert reason in problem.message
    assert problem.filename.endswith(name)


def test_named_templates(tmp_path: Path) -> None:
    several = [{"name": "default", "template": "a"}, {"name": "tool_use", "template": "b"}]
    (tmp_path / "tokenizer_config.json").write_text(
        json.dumps({"chat_template": several, "bos_token": "<s>"})
    )
    settings = {"tokens": {"template": "tokenizer_config.json"}}
    template = resolve(Config(root=tmp_path, settings=settings), None, {}, LINE).template
    assert template is not None
    assert (template.text, template.with_tools, template.token("bos_token")) == ("a", "b", "<s>")


def test_a_broken_template_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "t.jinja").write_text("a\nb\n{{ }\n")
    with pytest.raises(ConfigError) as caught:
        resolve(Config(root=tmp_path, settings={"tokens": {"template": "t.jinja"}}), None, {}, LINE)
    assert caught.value.line == 3


def test_a_template_that_fails_is_named_once_and_the_rest_is_judged_without_it(model: Path) -> None:
    (model / "endless.jinja").write_text(
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    )
    judged = profile(model, template=f"{model.name}/endless.jinja", limit=5)
    linter = Linter(judged)
    features = provide(spec_for(judged))
    first = linter.measure([Record(LINE), Record(LINE)], features)
    assert linter.broken == {"tokens.template": "the chat template takes longer than 2 s on a record"}
    assert {finding.code for finding in first[0]} == {"TOK002"}
    assert "about" in first[0][0].message
    assert linter.measure([Record(LINE)], features)[0] == first[0]


@pytest.mark.parametrize(("normalizer", "most"), [(None, 1), ({"type": "NFC"}, 3), ({"type": "NFKC"}, 11)])
def test_no_text_has_more_tokens_than_its_bytes_allow(
    tmp_path: Path, model: Path, normalizer: object, most: int
) -> None:
    """By the characters that a normalizer makes longest, too."""
    value = json.loads((model / "tokenizer.json").read_text())
    value["normalizer"] = normalizer
    value["model"]["merges"] = []  # every byte a token: the most there can be
    (tmp_path / "tokenizer.json").write_text(json.dumps(value))
    judged = resolve(
        Config(root=tmp_path, settings={"tokens": {"tokenizer": "tokenizer.json"}}), None, {}, LINE
    )
    assert judged.tokenizer is not None
    assert judged.tokenizer.per_byte == most
    counter = ModelTokenCounter(judged.tokenizer)
    texts = ["abc", "漢字 😀", "\ufdfa" * 9, "\U0001d160" * 9, "\u0390\u1f82" * 9, "<bos>x<bos>"]
    for text, count in zip(texts, counter.count(texts), strict=True):
        assert count <= len(text.encode()) * most + 16
    assert max(counter.count(texts)) > 9 * most  # the bound is no better than it must be


def test_records_are_rendered_once_for_all_rules(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judged = profile(model, limit=5)
    features = provide(spec_for(judged))
    assert features.template is not None
    asked: list[object] = []
    render = features.template.render

    def noted(*given: Any, **more: Any) -> Any:
        asked.append(given[0])
        return render(*given, **more)

    monkeypatch.setattr(features.template, "render", noted)
    Linter(judged).measure([Record(LINE), Record(LINE), Record(LINE)], features)
    messages = Record(LINE).value["messages"]
    assert asked.count(messages) == 3
