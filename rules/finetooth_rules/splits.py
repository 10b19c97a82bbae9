"""The parts of a dataset."""

from typing import Final

TRAIN: Final = "train"
VALIDATION: Final = "validation"
TEST: Final = "test"
SPLITS: Final = (TRAIN, VALIDATION, TEST)
"""In the order in which their records come: of two equal ones that in the training split is the first."""
