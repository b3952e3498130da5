"""One `/metrics` for several processes: each writes its numbers to a file of a common folder, the first adds them up.

This has to be settled before anything imports prometheus_client, hence a module of its own.
"""

import os
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def share_metrics(folder: Path) -> None:
    """Makes this process and those it starts count in `folder`; what an earlier run left there goes."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("*.db"):
        stale.unlink()
    os.environ[VARIABLE] = str(folder)
