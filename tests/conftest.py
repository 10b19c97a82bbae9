"""What holds for every test."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# No test reads or writes the cache of whoever runs it.
os.environ["FINETOOTH_CACHE"] = "off"

# Machines of CI are slow and shared: no deadline, and there always the same examples.
settings.register_profile(
    "finetooth",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("finetooth")
