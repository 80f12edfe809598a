"""Runs one of the programs of this folder."""

import asyncio
import json
import sys

from bench.harness.machine import ROOT


async def limit_of(module: str, *arguments: object) -> list[float]:
    """The values that `python -m bench.limits.MODULE ARGUMENTS` prints as one JSON list."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"bench.limits.{module}", *map(str, arguments)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"bench.limits.{module} ended with status {process.returncode}")
    values: list[float] = json.loads(said)
    return values
