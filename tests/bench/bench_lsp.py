"""How long an editor waits, measured over stdio against a real server: `make bench`, or this file.

The clock starts before a message is written and stops when the answer is there whole; the client does not
decode it in between. A keystroke is one inserted character. `--quick` leaves out the large document.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from bench import corpus
from lsp.raw import RawClient

ROW = 1000
KEYS = 400
PAUSE = 0.02
URI = "file:///bench/train.jsonl"
DEFECT = b'"role":"assistant"', b'"role":"asistant"'


def text_of(rows: int, defects: int) -> str:
    """A chat file of `rows` records, some with emoji and CJK, and a misspelt role in `defects` of them."""
    lines = corpus.path("mixed", rows).read_bytes().splitlines(keepends=True)
    for number in random.Random(4).sample(range(rows), defects):
        lines[number] = lines[number].replace(*DEFECT)
    return b"".join(lines).decode()


def quantiles(times: Iterable[float]) -> str:
    """Median, 99th percentile and largest, in milliseconds."""
    ordered = sorted(1000 * one for one in times)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"p50 {statistics.median(ordered):6.2f}  p99 {p99:6.2f}  max {ordered[-1]:6.2f} ms"


def memory(process: int) -> tuple[int, int]:
    """Resident and peak memory in MiB; zeros where the system does not say."""
    try:
        status = dict(
            line.split(":", 1)
            for line in Path(f"/proc/{process}/status").read_text().splitlines()
            if ":" in line
        )
    except OSError:
        return 0, 0
    return int(status["VmRSS"].split()[0]) // 1024, int(status["VmHWM"].split()[0]) // 1024


def drain(client: RawClient) -> None:
    """Drop what is there already."""
    while not client.received.empty():
        client.received.get()


def judged(client: RawClient) -> None:
    """Wait until the background is done."""
    while not statistics_of(client).get("complete"):
        time.sleep(0.1)


def keystrokes(
    client: RawClient, versions: Iterator[int], lines: int, *, text: str = "x", pause: float = PAUSE
) -> list[float]:
    """Times from a keystroke to the diagnostics of that version."""
    random_ = random.Random(5)
    times = []
    line = random_.randrange(lines)
    for number in range(KEYS):
        if number % 20 == 0:
            line = random_.randrange(lines)
        version = next(versions)
        began = client.insert(URI, version, line, 130, text)
        times.append(answered(client, version) - began)
        time.sleep(pause)
    return times


def bench(rows: int, defects: int) -> None:
    """All figures for one document."""
    text = text_of(rows, defects)
    size = len(text.encode()) / 1e6
    print(f"{size:.0f} MB, {rows:,} records, {defects:,} with a defect")
    with RawClient() as client:
        client.start()
        drain(client)
        versions = iter(range(2, 1_000_000))
        began = client.open(URI, text)
        first = client.published().at - began
        waits = []
        while True:  # what others wait for while the file is read
            asked = time.perf_counter()
            answer = statistics_of(client)
            waits.append(time.perf_counter() - asked)
            if answer["settled"]:
                break
            time.sleep(0.005)
        read = time.perf_counter() - began
        print(f"  open -> first diagnostics  {first:6.2f} s")
        print(f"  open -> all records read   {read:6.2f} s; requests meanwhile: {quantiles(waits)}")
        print(f"  keystroke, background busy {quantiles(keystrokes(client, versions, rows, pause=0.001))}")
        judged(client)
        print(f"  open -> every rule done    {time.perf_counter() - began:6.2f} s")
        print("  memory resident {} MiB, peak {} MiB".format(*memory(client.process.pid)))
        time.sleep(0.5)
        drain(client)
        print(f"  keystroke                  {quantiles(keystrokes(client, versions, rows))}")
        print(f"  new line                   {quantiles(keystrokes(client, versions, rows, text=chr(10)))}")
        print(f"  100 keystrokes at once     {quantiles(at_once(client, versions, 100))}")
        print(f"  an edit with 100 cursors   {quantiles(cursors(client, versions, 100, rows))}")
        print(f"  paste of 10,000 lines      {quantiles(pastes(client, versions, text, 10_000))}")
        judged(client)
        resident, peak = memory(client.process.pid)
        ratio = resident * 1.048576 / size
        print(f"  memory resident {resident} MiB ({ratio:.1f} x the document), peak {peak} MiB")


def at_once(client: RawClient, versions: Iterator[int], count: int) -> list[float]:
    """Times from the first of `count` keystrokes that are sent together to the diagnostics of the last."""
    times = []
    for _ in range(20):
        began = time.perf_counter()
        for _ in range(count):
            version = next(versions)
            client.insert(URI, version, 7, 130, "x")
        answered(client, version)
        times.append(time.perf_counter() - began)
        time.sleep(0.02)
    return times


def cursors(client: RawClient, versions: Iterator[int], count: int, lines: int) -> list[float]:
    """Times of one edit that types a character in `count` lines all over the document."""
    random_ = random.Random(9)
    times = []
    for _ in range(20):
        version = next(versions)
        changes = [
            {"range": {"start": place, "end": place}, "text": "x"}
            for line in sorted(random_.sample(range(lines), count), reverse=True)
            for place in [{"line": line, "character": 130}]
        ]
        of = {"uri": URI, "version": version}
        began = client.notify("textDocument/didChange", {"textDocument": of, "contentChanges": changes})
        times.append(answered(client, version) - began)
        time.sleep(0.1)
    return times


def pastes(client: RawClient, versions: Iterator[int], text: str, count: int) -> list[float]:
    """Times from a paste of many lines to the diagnostics after the last of them is read."""
    pasted = "".join(text.splitlines(keepends=True)[:count])
    times = []
    for _ in range(5):
        version = next(versions)
        began = client.insert(URI, version, 100, 0, pasted)
        while not statistics_of(client)["settled"]:
            time.sleep(0.005)
        times.append(time.perf_counter() - began)
        of = {"uri": URI, "version": next(versions)}
        ends = {"start": {"line": 100, "character": 0}, "end": {"line": 100 + count, "character": 0}}
        client.notify(
            "textDocument/didChange", {"textDocument": of, "contentChanges": [{"range": ends, "text": ""}]}
        )
        while not statistics_of(client)["settled"]:
            time.sleep(0.005)
    return times


def answered(client: RawClient, version: int) -> float:
    """When the diagnostics of a version were there."""
    wanted = b'"version":%d,' % version
    while wanted not in (received := client.published()).body[:200]:
        pass
    return received.at


def statistics_of(client: RawClient, uri: str = URI) -> Any:
    """What the server knows of a document."""
    params = {"command": "finetooth.statistics", "arguments": [uri]}
    return client.request("workspace/executeCommand", params)["result"]


def long_line() -> None:
    """Editing a single line of 5 MB."""
    row = {
        "messages": [
            {"role": "user", "content": "漢字 😀 text " * 250_000},
            {"role": "assistant", "content": "ok"},
        ]
    }
    with RawClient() as client:
        client.start()
        drain(client)
        client.open(URI, orjson.dumps(row).decode() + "\n")
        client.published()
        times = []
        for version in range(2, 12):
            began = client.insert(URI, version, 0, 2_000_000, "x")
            times.append(answered(client, version) - began)
            time.sleep(0.5)
        print(f"a line of {len(orjson.dumps(row)) / 1e6:.0f} MB: keystroke -> answer {quantiles(times)}")


ARRAY = "file:///bench/train.json"


def array(rows: int, defects: int, indent: bool) -> None:
    """Typing in a file that is one array: indented, or all on one line."""
    records = [orjson.loads(line) for line in text_of(rows, defects).splitlines()]
    text = orjson.dumps(records, option=orjson.OPT_INDENT_2 if indent else None).decode()
    lines = text.splitlines()
    random_ = random.Random(6)
    print(f"an array of {len(text.encode()) / 1e6:.0f} MB on {len(lines):,} lines, {defects:,} with a defect")
    with RawClient() as client:
        client.start()
        drain(client)
        began = client.open(ARRAY, text)
        client.published()
        while not statistics_of(client, ARRAY).get("complete"):
            time.sleep(0.1)
        print(f"  open -> every rule done    {time.perf_counter() - began:6.2f} s")
        version = 1
        for typed in ("x", '"', "{", "\n"):
            times = []
            for _ in range(KEYS // 2 if indent else 10):
                line = random_.randrange(len(lines))
                at = random_.randrange(len(lines[line]) + 1)
                for text, length in ((typed, 0), ("", len(typed))) if typed != "\n" else ((typed, 0),):
                    version += 1
                    began = client.insert(ARRAY, version, line, at, text, length)
                    times.append(answered(client, version) - began)
                    time.sleep(PAUSE)
                if typed == "\n":
                    lines[line : line + 1] = [lines[line][:at], lines[line][at:]]
            print(f"  keystroke {typed!r:5}            {quantiles(times)}")


def main(arguments: list[str] | None = None) -> None:
    """Print the figures."""
    quick = "--quick" in (sys.argv[1:] if arguments is None else arguments)
    bench(10_000, 11)
    bench(10_000, 1_500)
    bench(12_000, 10_000)
    array(5_000, 11, indent=True)
    array(5_000, 750, indent=True)
    array(5_000, 11, indent=False)
    if not quick:
        bench(50_000, 11)
        long_line()


if __name__ == "__main__":
    main()
