"""How much memory a process has had."""

from __future__ import annotations

import gc
from pathlib import Path

from api.memory import give_back


def forget_peak() -> None:
    """Let what is in memory now be the most so far."""
    gc.collect()
    give_back()
    Path("/proc/self/clear_refs").write_text("5")


def peak() -> int:
    """Most bytes that this process had in memory since it began, or since its peak was forgotten. (``ru_maxrss`` begins
    at what the process had that started it.)"""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
