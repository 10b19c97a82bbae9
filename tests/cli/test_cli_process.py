"""The command as a process of its own: pipes, signals, terminals, and what it imports."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

GOOD = '{"messages": [{"role": "user", "content": "Hi %d"}, {"role": "assistant", "content": "Hello %d"}]}\n'
BAD = '{"messages": [{"role": "user", "content": "Hi"}, {"role": "user", "content": "Hello"}]}\n'
PROGRAM = [sys.executable, "-m", "finetooth"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def test_exit_code_and_streams() -> None:
    Path("a.jsonl").write_text(BAD)
    done = subprocess.run(
        [*PROGRAM, "check", "--select", "TRN004", "--output-format", "concise", "a.jsonl", "gone.jsonl"],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout.startswith("a.jsonl:1:")
    assert done.stderr == "error: gone.jsonl: no such file or folder\n"


def test_a_reader_that_goes_away_is_no_fault() -> None:
    Path("a.jsonl").write_text(BAD * 3_000)
    process = subprocess.Popen(
        [*PROGRAM, "check", "--select", "TRN004", "--output-format", "json"],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == b"[\n"
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 1


@pytest.mark.parametrize("command", [["rules"], ["rule", "--all"], ["check", "--help"]])
def test_nor_with_other_commands(command: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as out:
        done = subprocess.run(
            [*PROGRAM, *command], env=ENVIRONMENT, stdout=out, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (0, b"")


def test_ctrl_c() -> None:
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [*PROGRAM, "check", "-"],
        env=ENVIRONMENT,
        stdin=reader,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell's background jobs, and so some CI machines, start programs with interrupts ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    os.close(reader)
    os.write(writer, BAD.encode())
    time.sleep(2)  # it waits for more
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    os.close(writer)
    assert (process.returncode, out, err) == (130, b"", b"error: interrupted\n")


def test_the_server_speaks_its_protocol() -> None:
    body = b'{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}'
    request = b"Content-Length: %d\r\n\r\n" % len(body) + body
    done = subprocess.run(
        [*PROGRAM, "server", "--stdio", "--clientProcessId=1"],
        env=ENVIRONMENT,
        input=request,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.startswith(b"Content-Length: "), done.stderr
    assert b'"id":1' in done.stdout


def test_the_bar_on_a_terminal() -> None:
    """With a second that is over at once: the bar is drawn, and gone before the report."""
    Path("a.jsonl").write_text("".join(GOOD % (n, n) for n in range(20_000)) + BAD)
    code = (
        "import sys, finetooth.cli.progress as progress; progress._APPEARS_AFTER = 0.0;"
        "from finetooth.cli.app import run; sys.exit(run(['check', '--select', 'TRN004']))"
    )
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**ENVIRONMENT, "TERM": "xterm", "NO_COLOR": ""},
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    shown = b""
    while select.select([master], [], [], 60)[0]:
        try:
            chunk = os.read(master, 65536)
        except OSError:
            break
        if not chunk:
            break
        shown += chunk
    os.close(master)
    assert process.wait(60) == 1
    text = shown.decode()
    bar, _, report = text.rpartition("\r\x1b[2K")
    assert " of 2.1 MB" in bar
    assert "a.jsonl" in bar
    assert "%" in bar
    assert report.startswith("\x1b[1;33mwarning\x1b[0m \x1b[1;33mTRN004")
    assert "━" not in report


def test_a_small_check_imports_nothing_heavy() -> None:
    # Off-task detection needs vectors; everything else is judged without.
    Path("a.jsonl").write_text("".join(GOOD % (n, n) for n in range(10)))
    code = (
        "import sys; from finetooth.cli.app import run; run(['check', '-q', '--ignore', 'TSK']);"
        "heavy = 'asyncio jsonschema lsprotocol numpy pathspec pygls tiktoken tokenizers wordllama'.split();"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
