"""Which files the paths of a command line mean."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from finetooth.engine.files.discover import Discovery, Patterns, discover


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(*names: str) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}\n")


def found(*paths: str, gitignore: bool = True) -> list[str]:
    discovery = discover(paths, gitignore=gitignore)
    assert discovery.problems == ()
    return list(discovery.files)


def complaints(*paths: str) -> list[tuple[str, str]]:
    return [(problem.filename, problem.message) for problem in discover(paths).problems]


def test_a_named_file_may_have_any_suffix() -> None:
    make("data.txt", ".hidden/rows")
    assert found("data.txt", "./.hidden/rows") == ["data.txt", ".hidden/rows"]


def test_a_folder_is_searched_in_order() -> None:
    make("b.jsonl", "a/2.JSONL", "a/1.ndjson", "a/x.json", "c.txt")
    assert found(".") == ["a/1.ndjson", "a/2.JSONL", "b.jsonl"]
    assert found("a/") == ["a/1.ndjson", "a/2.JSONL"]


@pytest.mark.parametrize("name", [".git", ".venv", "node_modules", "__pycache__", ".cache"])
def test_some_folders_are_not_entered_unless_named(name: str) -> None:
    make("a.jsonl", f"{name}/b.jsonl", ".c.jsonl")
    assert found(".") == ["a.jsonl"]
    assert found(name) == [f"{name}/b.jsonl"]


def test_a_path_is_taken_once() -> None:
    make("a.jsonl", "d/b.jsonl")
    os.symlink("a.jsonl", "z.jsonl")
    assert found("a.jsonl", "./a.jsonl", os.path.abspath("a.jsonl"), ".", "-", "-") == [
        "a.jsonl",
        "d/b.jsonl",
        "-",
    ]


def test_a_loop_of_links_ends() -> None:
    make("d/e/a.jsonl")
    os.symlink("..", "d/e/up")
    os.symlink(".", "d/self")
    assert found("d") == ["d/e/a.jsonl"]
    assert found("d/**/*.jsonl") == ["d/e/a.jsonl"]


def test_a_linked_folder_is_entered() -> None:
    make("real/a.jsonl", "data/b.jsonl")
    os.symlink("../real", "data/link")
    assert found("data") == ["data/b.jsonl", "data/link/a.jsonl"]


def test_a_dangling_link_is_passed_over() -> None:
    make("a.jsonl")
    os.symlink("gone.jsonl", "b.jsonl")
    assert found(".") == ["a.jsonl"]


def test_parents_behind_links_stay() -> None:
    make("real/deep/a.jsonl", "real/b.jsonl")
    os.symlink("real/deep", "link")
    assert found("link/../b.jsonl") == ["link/../b.jsonl"]


class TestGlobs:
    def test_any_suffix(self) -> None:
        make("d/a.jsonl", "d/b.txt", "d/e/c.jsonl")
        assert found("d/*.*") == ["d/a.jsonl", "d/b.txt"]
        assert found("d/[ab].*") == ["d/a.jsonl", "d/b.txt"]
        assert found("?/e/*.jsonl") == ["d/e/c.jsonl"]

    def test_two_stars_go_any_depth(self) -> None:
        make("d/a.jsonl", "d/e/f/c.jsonl", "d/.h/x.jsonl", "d/node_modules/y.jsonl")
        assert found("d/**/*.jsonl") == ["d/a.jsonl", "d/e/f/c.jsonl"]
        assert found("**/*.jsonl") == ["d/a.jsonl", "d/e/f/c.jsonl"]
        assert found("**/e/**/*.jsonl") == ["d/e/f/c.jsonl"]

    def test_absolute(self, folder: Path) -> None:
        make("d/a.jsonl")
        assert found(f"{folder}/*/a.jsonl") == [f"{folder}/d/a.jsonl"]

    def test_folders_that_match_are_searched(self) -> None:
        make("one/a.jsonl", "one/a.txt", "two/b.jsonl")
        assert found("*o*") == ["one/a.jsonl", "two/b.jsonl"]
        assert found("one/**") == ["one/a.jsonl"]

    def test_hidden_only_when_asked_for(self) -> None:
        make(".a.jsonl", "b.jsonl")
        assert found("*.jsonl") == ["b.jsonl"]
        assert found(".*.jsonl") == [".a.jsonl"]

    def test_a_file_of_that_very_name_goes_first(self) -> None:
        make("a[1].jsonl", "a1.jsonl")
        assert found("a[1].jsonl") == ["a[1].jsonl"]

    def test_no_match(self) -> None:
        assert complaints("nothing/*.jsonl") == [("nothing/*.jsonl", "no file matches this pattern")]


class TestGitignore:
    def test_in_the_tree(self) -> None:
        make("keep.jsonl", "build/a.jsonl", "sub/b.jsonl", "sub/c.jsonl")
        Path(".gitignore").write_text("build/\n")
        Path("sub/.gitignore").write_text("*.jsonl\n!c.jsonl\n")
        assert found(".") == ["keep.jsonl", "sub/c.jsonl"]
        assert len(found(".", gitignore=False)) == 4

    def test_above_the_folder_up_to_the_repository(self) -> None:
        make("repo/data/a.jsonl", "repo/data/b.jsonl", "repo/.git/HEAD")
        Path(".gitignore").write_text("*.jsonl\n")
        Path("repo/.gitignore").write_text("b.jsonl\n")
        assert found("repo/data") == ["repo/data/a.jsonl"]

    def test_a_named_folder_is_wanted_even_if_ignored(self) -> None:
        make("data/a.jsonl", "data/deep/b.jsonl", ".git/HEAD")
        Path(".gitignore").write_text("/data/\n")
        assert found("data") == ["data/a.jsonl", "data/deep/b.jsonl"]
        assert found("data/deep") == ["data/deep/b.jsonl"]
        assert found("data/a.jsonl") == ["data/a.jsonl"]
        assert complaints(".") == [
            (
                ".",
                "no dataset in this folder: looked for *.jsonl, *.ndjson, *.json of records, found no file; "
                "1 entry left out by .gitignore or `exclude`",
            )
        ]

    def test_what_cannot_be_read_as_patterns_hides_nothing(self) -> None:
        make("a.jsonl")
        Path(".gitignore").write_bytes(b"\xff\xfe!\n[\n")
        assert found(".") == ["a.jsonl"]


class TestExclude:
    def test_folders_and_globs_but_not_named_files(self, folder: Path) -> None:
        make("a.jsonl", "old/b.jsonl")
        patterns = [Patterns(str(folder), ("old/",))]
        assert discover(["."], exclude=patterns).files == ("a.jsonl",)
        assert discover(["**/*.jsonl"], exclude=patterns).files == ("a.jsonl",)
        assert discover(["old/b.jsonl"], exclude=patterns).files == ("old/b.jsonl",)
        assert discover(["old"], exclude=patterns).files == ("old/b.jsonl",)

    @pytest.mark.parametrize("path", ["old/b.jsonl", "old", "./old/"])
    def test_named_ones_too_by_force(self, folder: Path, path: str) -> None:
        make("a.jsonl", "old/b.jsonl")
        exclude = [Patterns(str(folder), ("old/",))]
        assert discover([path], exclude=exclude, force_exclude=True) == Discovery((), ())

    def test_patterns_of_another_folder(self) -> None:
        make("a/x.jsonl", "b/x.jsonl")
        assert discover(["."], exclude=[Patterns("a", ("/x.jsonl",))]).files == ("b/x.jsonl",)


class TestProblems:
    def test_a_missing_file_never_stops_the_others(self) -> None:
        make("a.jsonl", "b.jsonl")
        discovery = discover(["a.jsonl", "x", "b.jsonl"])
        assert discovery.files == ("a.jsonl", "b.jsonl")
        assert [problem.filename for problem in discovery.problems] == ["x"]

    @pytest.mark.parametrize(
        ("path", "message"),
        [
            ("data/trian.jsonl", "no such file or folder; did you mean `data/train.jsonl`?"),
            ("dtaa/train.jsonl", "no such file or folder; did you mean `data/train.jsonl`?"),
            ("dataa", "no such file or folder; did you mean `data`?"),
            ("data/train.jsonl/x", "no such file or folder; did you mean `data/train.jsonl`?"),
            ("quite/else", "no such file or folder"),
            ("", "no such file or folder"),
        ],
    )
    def test_did_you_mean(self, path: str, message: str) -> None:
        make("data/train.jsonl")
        assert complaints(path) == [(path, message)]

    def test_a_folder_without_datasets_says_what_was_there(self) -> None:
        make("a.json", "b.json", "c.csv", "README")
        there = "2 .json, 1 .csv, 1 without suffix"
        message = f"no dataset in this folder: looked for *.jsonl, *.ndjson, *.json of records, found {there}"
        assert complaints(".") == [(".", message)]

    def test_an_empty_folder(self) -> None:
        Path("e").mkdir()
        message = "no dataset in this folder: looked for *.jsonl, *.ndjson, *.json of records, found no file"
        assert complaints("e") == [("e", message)]

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_what_may_not_be_read(self) -> None:
        make("a.jsonl", "d/b.jsonl")
        os.chmod("a.jsonl", 0)
        os.chmod("d", 0)
        assert complaints("a.jsonl", "d") == [
            ("a.jsonl", "cannot be read: permission denied"),
            ("d", "cannot be read: permission denied"),
        ]

    def test_names_that_are_no_paths(self) -> None:
        assert complaints("a\0b") == [("a\\0b", "not a path: it holds a NUL character")]
        [(_, message)] = complaints("x" * 5000)
        assert message == "cannot be read: file name too long"


def test_a_tree_deeper_than_the_recursion_limit(folder: Path) -> None:
    here = folder
    try:
        for _ in range(1200):
            os.mkdir("d")
            os.chdir("d")
        make("a.jsonl")
        os.chdir(here)
        assert len(discover(["."]).files) == 1
    finally:
        os.chdir(here)
        os.system("rm -rf d")
