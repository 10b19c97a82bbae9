"""Any messages in any order leave the server alive, every request answered, and the findings right."""

from __future__ import annotations

import pytest

from lsp.random_session import played


@pytest.mark.parametrize("pull", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_a_random_session(seed: int, pull: bool) -> None:
    played(1_500, seed, pull=pull)
