"""How much memory a process has had."""

from __future__ import annotations

from pathlib import Path


def peak() -> int:
    """Most bytes that this process had in memory. (``ru_maxrss`` begins at what the process had that started it.)"""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
