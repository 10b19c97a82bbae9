"""What is gone is given back, and nothing else happens."""

from __future__ import annotations

import gc

from finetooth.engine import garbage


def test_a_cycle_that_was_kept_out_of_the_search_is_found_in_the_end() -> None:
    class Node:
        alive = 0

        def __init__(self) -> None:
            Node.alive += 1
            self.me = self

        def __del__(self) -> None:
            Node.alive -= 1

    Node()
    garbage.keep()
    gc.collect()
    assert Node.alive == 1
    garbage.reclaim()
    try:
        assert Node.alive == 0
    finally:
        gc.unfreeze()
