"""`o2c doctor`: everything that a job needs, looked at and never changed, beside a job that may run.

What is refused is what `o2c run` refuses, by the same rules; here all of it is told, not the first alone.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from o2c.connectors.redis.service import look_at_redis, read_generation
from o2c.connectors.store import Store
from o2c.errors import ConfigurationError, OperatingFault
from o2c.flows.examine_kafka import KafkaExamination
from o2c.flows.findings import Finding, ok, warning, wrong
from o2c.flows.registry import registry_of
from o2c.flows.settings import Settings, read_policy
from o2c.schemas.times import MINUTE_US, SECOND_US

TIMEOUT_SECONDS = 10.0
"""How long each question waits for its answer."""

_GIBIBYTE = 1024**3
_LITTLE_SPACE_BYTES = _GIBIBYTE
_NO_SPACE_BYTES = _GIBIBYTE // 10
_NOTICEABLE_SKEW_US = 2 * SECOND_US
_PROBE_SCHEMA = 1

Look = Callable[[], Iterator[Finding]]


def examine(settings: Settings, config: Path | None) -> Iterator[Finding]:
    """Every finding, as it is found. Takes up to `TIMEOUT_SECONDS` for each service that does not answer."""
    store = Store(settings.store, settings.shards, create=False)
    yield from _settings(settings, config)
    yield from _caught("policy", lambda: _policy(settings))
    yield from _kafka(settings)
    yield from _caught("Redis", lambda: _redis(settings))
    yield from _caught("store", lambda: _store(store))
    yield from _caught("generation", lambda: _generation(settings, store))
    if settings.registry_url is not None:
        yield from _caught("registry", lambda: _registry(settings))


def _caught(subject: str, look: Look) -> Iterator[Finding]:
    """The findings; a refusal is one of them."""
    try:
        yield from look()
    except (ConfigurationError, OperatingFault) as error:
        yield wrong(subject, str(error))


def _settings(settings: Settings, config: Path | None) -> Iterator[Finding]:
    if settings.test_clock is None:
        yield ok("settings", f"valid, from {'O2C_* variables' if config is None else f'O2C_* variables and {config}'}")
    else:
        yield warning("settings", "the clock is fixed, as in a test", "unset O2C_TEST_CLOCK")


def _policy(settings: Settings) -> Iterator[Finding]:
    policy = read_policy(settings.policy)
    name = "the default" if settings.policy is None else str(settings.policy)
    yield ok("policy", f"{name} is valid, version {policy.version}")


def _kafka(settings: Settings) -> Iterator[Finding]:
    """The broker first: what needs one that does not answer is not asked."""
    try:
        kafka = KafkaExamination(settings, TIMEOUT_SECONDS)
        yield from kafka.broker()
    except (ConfigurationError, OperatingFault) as error:
        yield wrong("broker", str(error), "check O2C_BROKERS, [kafka], network and broker; topics and lag wait for it")
        return
    yield from _caught("input topics", kafka.inputs)
    yield from _caught("own topics", kafka.outputs)
    yield from _caught("lag", kafka.lag)


def _redis(settings: Settings) -> Iterator[Finding]:
    asked_us = time.time_ns() // 1_000
    state = look_at_redis(settings.redis_url, settings.redis_prefix)
    answered_us = time.time_ns() // 1_000
    if state.may_evict:
        told = f"{state.place} has maxmemory-policy {state.maxmemory_policy}, so the view may lose keys"
        yield warning("Redis", told, "set maxmemory-policy noeviction")
    else:
        yield ok("Redis", f"{state.place} answers, version {state.version}, maxmemory-policy {state.maxmemory_policy}")
    yield clock_finding(asked_us, state.clock_us, answered_us)


def clock_finding(asked_us: int, other_us: int, answered_us: int) -> Finding:
    """Redis' clock against ours, which was read before and after; what the question took is no skew."""
    skew_us = max(asked_us - other_us, other_us - answered_us, 0)
    if skew_us <= _NOTICEABLE_SKEW_US:
        return ok("clock", "agrees with Redis'")
    told = f"differs from Redis' by {skew_us // SECOND_US} s: deadlines fire by this machine's clock"
    found = wrong if skew_us > MINUTE_US else warning
    return found("clock", told, "let both keep time by NTP")


def _store(store: Store) -> Iterator[Finding]:
    folder = store.folder
    holder = store.holder()
    there = store.look()
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not (existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)):
        yield wrong("store", f"no right to write in {existing}", "grant it to the job's user, or set O2C_STORE")
        return
    if there:
        yield ok("store", f"{folder} has {store.shards} shards, {_holder_words(holder)}")
    else:
        yield ok("store", f"nothing in {folder} yet: o2c run makes it with {store.shards} shards")
    yield space_finding(existing, shutil.disk_usage(existing).free)


def _holder_words(holder: tuple[int, bool] | None) -> str:
    if holder is None:
        return "never locked"
    pid, runs = holder
    return f"locked by process {pid}, which runs" if runs else f"last locked by process {pid}, which has ended"


def space_finding(folder: Path, free_bytes: int) -> Finding:
    """Whether the disk has room for what the job writes."""
    told = f"{free_bytes / _GIBIBYTE:.1f} GiB free at {folder}"
    if free_bytes >= _LITTLE_SPACE_BYTES:
        return ok("disk", told)
    found = wrong if free_bytes < _NO_SPACE_BYTES else warning
    return found("disk", told, "make room: the job ends at the first write that fails")


def _generation(settings: Settings, store: Store) -> Iterator[Finding]:
    """Silent where store or Redis cannot be asked: that is told already."""
    try:
        ours, theirs = store.read_generation(), read_generation(settings.redis_url, settings.redis_prefix)
    except OperatingFault:
        return
    if theirs > ours > 0:
        told = f"Redis was written under {settings.redis_prefix} by generation {theirs}, the store is at {ours}"
        yield warning(
            "generation", told, "stop the other job that writes there; a store that was set back needs nothing"
        )


def _registry(settings: Settings) -> Iterator[Finding]:
    registry = registry_of(settings, retries=0)
    assert registry is not None, "looked at only where one is set"
    with suppress(KeyError):  # an answer too: it does not know this one
        registry.schema(_PROBE_SCHEMA)
    yield ok("registry", f"{settings.registry_url} answers")
