"""Makes the packed rank files of `finetooth.encodings` from published `.tiktoken` files.

    python tools/pack_encodings.py path/to/o200k_base.tiktoken path/to/cl100k_base.tiktoken

Refuses a file whose sha256 is not the published one.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import sys
from pathlib import Path

import finetooth.encodings
from finetooth.encodings import PUBLISHED, SUFFIX, pack, unpack


def read_tiktoken(data: bytes) -> list[bytes]:
    """The tokens of a `.tiktoken` file (`base64 rank` a line), in order of rank; ValueError where a rank is
    skipped.
    """
    tokens = []
    for expected, line in enumerate(data.splitlines()):
        token, rank = line.split()
        if int(rank) != expected:
            raise ValueError(f"rank {int(rank)} where {expected} was expected")
        tokens.append(base64.b64decode(token))
    return tokens


def packed_file(path: Path) -> bytes:
    """The packed form of a published file; ValueError where it is not the published one."""
    facts = PUBLISHED.get(path.stem)
    if facts is None:
        raise ValueError(f"{path.name}: not one of {', '.join(PUBLISHED)}")
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if digest != facts.sha256:
        raise ValueError(f"{path.name}: sha256 is {digest}, the published one {facts.sha256}")
    tokens = read_tiktoken(data)
    packed = pack(tokens)
    if unpack(packed) != {token: rank for rank, token in enumerate(tokens)}:
        raise ValueError(f"{path.name}: does not come back from its packed form")
    return packed


def main(arguments: list[str] | None = None) -> int:
    """Pack each file given; 1 where one is refused."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE.tiktoken")
    default = Path(finetooth.encodings.__file__).parent
    parser.add_argument(
        "--output", type=Path, default=default, help="folder to write to (default: the package's)"
    )
    options = parser.parse_args(arguments)
    for path in options.files:
        try:
            packed = packed_file(path)
        except (OSError, ValueError) as error:
            sys.stderr.write(f"{error}\n")
            return 1
        target = options.output / (path.stem + SUFFIX)
        target.write_bytes(packed)
        sys.stderr.write(f"{target.name}: {len(packed):,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
