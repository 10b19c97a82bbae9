"""`finetooth plan`: what it says of a run, for people and as data, and that nothing stops it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., tuple[int, str, str]]

ROW = '{"prompt": "What is 2 + %d?", "completion": " %d"}\n'
CONFIG = """\
target = "openai"
model = "gpt-4o"

[training]
method = "lora"
learning-rate = 2e-4
epochs = 4
batch-size = 2
gradient-accumulation = 2
price-per-million-tokens = 1000
validation-share = 0.1
"""


def write(name: str, text: str) -> None:
    Path(name).write_text(text, encoding="utf-8")


def rows(count: int) -> str:
    return "".join(ROW % (n, n + 2) for n in range(count))


def plans(finetooth: Run, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(finetooth("plan", "--output-format", "json", *arguments)[1])
    return found


def test_the_configured_run(finetooth: Run) -> None:
    write("train.jsonl", rows(60))
    write("valid.jsonl", rows(5))
    write("finetooth.toml", CONFIG)
    code, out, err = finetooth("plan")
    assert (code, err) == (0, "")
    assert out.startswith("finetooth.toml\n  trainer   openai: OpenAI fine-tuning, gpt-4o, sft, lora\n")
    assert "  data      train 60 rows (train.jsonl)\n            validation 5 rows (valid.jsonl)\n" in out
    assert "10% of the rows held out for validation" in out
    assert "4 rows a step: 2 × 2 accumulated × one device" in out
    assert "14 steps an epoch, 4 epochs: 56 steps" in out
    assert "65,536 tokens by default (OpenAI fine-tuning): no row is longer" in out
    assert "for 60 rows 3 to 5 epochs are usual (Azure OpenAI" in out
    (plan,) = plans(finetooth)
    assert (plan["rows"], plan["rows-trained"]) == ({"train": 60, "validation": 5}, 54)
    assert (plan["rows-per-step"], plan["steps-per-epoch"], plan["steps"]) == (4, 14, 56)
    tokens = plan["tokens"]
    assert 0 < tokens["trained"] < tokens["total"]
    assert plan["tokens-seen"] == round(tokens["total"] * 0.9 * 4)
    assert abs(plan["cost"] - plan["tokens-seen"] / 1000) < 0.001
    assert f"cost      about {plan['cost']:,.2f}, at 1,000.00 a million tokens" in out
    assert all(advice["source"] for advice in plan["advice"])


def test_a_trainers_file_and_what_is_wrong_with_it(finetooth: Run) -> None:
    long = ROW.replace("What is", "word " * 600) % (1, 2)
    write("rows.jsonl", rows(30) + long * 10)
    text = "base_model: a/b\ndatasets:\n  - path: rows.jsonl\n    type: alpaca\nmicro_batch_size: 64\n"
    write("run.yml", text + "learning_rate: 0.01\n")
    code, out, err = finetooth("plan", "run.yml")
    assert (code, err) == (0, "")
    assert "Axolotl, a/b, sft, full" in out
    assert "512 tokens by default (sequence_len): " in out
    assert "10 rows longer, left out" in out
    assert "warning in line 6: 0.01 is too high for full fine-tuning" in out
    assert "a step takes 64 rows; there are" in out
    (plan,) = plans(finetooth, "run.yml")
    assert plan["cutoff"] == {
        "tokens": 512,
        "said-by": "sequence_len",
        "default": True,
        "rows-over": 10,
        "outcome": "left out",
    }
    assert [finding["code"] for finding in plan["findings"]] == ["HYP009", "HYP005", "HYP001"]
    # Data leads to the same settings.
    assert [one["name"] for one in plans(finetooth, "rows.jsonl")] == ["run.yml"]


def test_data_without_settings_is_planned_by_the_targets_defaults(finetooth: Run) -> None:
    write("rows.jsonl", rows(20))
    _, out, _ = finetooth("plan", "rows.jsonl", "--target", "trl")
    assert "no settings found: its defaults" in out
    assert "8 rows a step: 8 (default) × 1 accumulated" in out
    assert "3 steps an epoch, 3 epochs by default: 9 steps" in out
    (plan,) = plans(finetooth)
    assert (plan["settings"], plan["steps"], plan["findings"]) == (None, None, [])


def test_what_is_not_there_is_said(finetooth: Run) -> None:
    write("job.json", '{"model": "gpt-4o", "training_file": "file-1"}')
    write("bad.yml", "base_model: [\n")
    write("ci.yml", "on: push\n")
    code, out, err = finetooth("plan", "job.json", "bad.yml", "ci.yml", "none.jsonl")
    assert code == 2
    assert "the files that the settings train on were not found" in out
    assert "bad.yml:1:" in err
    assert "ci.yml: is no dataset, and no settings file" in err
    assert "none.jsonl: no such file" in err


def test_several_datasets_are_not_guessed_at(finetooth: Run) -> None:
    write("a.jsonl", rows(3))
    write("b.jsonl", rows(3))
    write("finetooth.toml", "[training]\nepochs = 2\n")
    assert "`[dataset]` says which one is meant" in finetooth("plan")[1]
    assert [plan["rows"] for plan in plans(finetooth, ".")] == [{"train": 3}, {"train": 3}]


def test_help_names_it(finetooth: Run) -> None:
    assert "plan" in finetooth("--help")[1]
    code, out, _ = finetooth("plan", "--help")
    assert code == 0
    assert "CONFIG|DATA" in out


def test_the_loss_is_on_what_the_trainers_file_says(finetooth: Run) -> None:
    turns = [{"role": "user", "content": "Name a river. " * 5}, {"role": "assistant", "content": "Volga."}]
    write("rows.jsonl", (json.dumps({"messages": turns}) + "\n") * 20)
    text = "model_name_or_path: a/b\ndataset_name: rows.jsonl\nlearning_rate: 0.00002\n"
    write("all.yml", text)
    write("answers.yml", text + "assistant_only_loss: true\n")
    every, masked = plans(finetooth, "all.yml", "answers.yml")
    assert every["tokens"]["trained"] == every["tokens"]["total"] == masked["tokens"]["total"]
    assert 0 < masked["tokens"]["trained"] < masked["tokens"]["total"] / 2
    write("finetooth.toml", "[tokens]\nassistant-only-loss = true\n")
    (settled,) = plans(finetooth, "all.yml")
    assert settled["tokens"]["trained"] == masked["tokens"]["trained"]


def test_rows_that_are_left_out_take_no_steps(finetooth: Run) -> None:
    long = ROW.replace("What is", "word " * 600) % (1, 2)
    write("rows.jsonl", rows(10) + long * 10)
    text = "base_model: a/b\ndatasets:\n  - path: rows.jsonl\n    type: alpaca\nmicro_batch_size: 1\n"
    write("run.yml", text + "gradient_accumulation_steps: 1\nnum_epochs: 2\n")
    _, out, _ = finetooth("plan", "run.yml")
    assert "about 10 rows longer, left out" in out
    assert "about 10 steps an epoch, 2 epochs: about 20 steps" in out
    write("rows.jsonl", long * 10)
    _, out, _ = finetooth("plan", "run.yml")
    assert "by the estimate no row is left to train on" in out
    assert "in the whole run" not in out
