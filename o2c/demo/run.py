"""The composition root of the demo: start everything, show it, hold what was found against the truth, end it all."""

import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from o2c.demo.broker import EmbeddedBroker
from o2c.demo.distributor import Distributor
from o2c.demo.faults import read_faults
from o2c.demo.figures import Figures
from o2c.demo.following import Following
from o2c.demo.gathering import Gathering
from o2c.demo.interrupts import Interrupts
from o2c.demo.job import Job
from o2c.demo.redis import EmbeddedRedis
from o2c.demo.screen import Screen, screen
from o2c.demo.script import Script
from o2c.demo.verdict import Key, Verdict, judge
from o2c.flows.setting_fields import INPUT_TYPES
from o2c.schemas.times import SECOND_US

SEED = 4

_OUTPUTS = ("status", "exceptions", "dead-letters", "orphans", "billing", "audit")
_LOOK_SECONDS = 0.4
_PATIENCE_US = 15 * SECOND_US
"""How long the job may take to tell what is due once the business has ended."""


def demo(seconds: int | None) -> int:
    """Runs for `seconds`, or until the user asks for the end. Returns the exit code: 0 where all was found.

    The last line on standard output counts the faults. Raises OperatingFault where something does not start, or ends.
    """
    with Interrupts() as interrupts:
        verdict = _run(seconds, interrupts)
    for fault in verdict.missed:
        click.echo(f"missed: {fault.code} of {fault.correlation_id or fault.subject.document_id}", err=True)
    for correlation_id, code, subject in verdict.false:
        click.echo(f"false: {code} of {correlation_id or subject.document_id}", err=True)
    found = Counter(fault.code for fault in verdict.injected if fault not in verdict.missed)
    codes = ", ".join(f"{code} {count}" for code, count in sorted(found.items())) or "none"
    click.echo(f"exceptions found, {len(found)} codes: {codes}")
    click.echo(str(verdict))
    return 0 if verdict.is_right else 1


def _run(seconds: int | None, interrupts: Interrupts) -> Verdict:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="o2c-demo-")))
        shown = stack.enter_context(screen())
        shown.show(Figures(doing="starting"))
        course = _Course(folder, stack, interrupts, shown)
        return course.run(seconds)


class _Course:
    """One demo. What it starts is left on `stack`, which ends the job before what the job needs."""

    def __init__(self, folder: Path, stack: ExitStack, interrupts: Interrupts, shown: Screen) -> None:
        self._truth = folder / "truth.jsonl"
        self._interrupts = interrupts
        self._shown = shown
        self._broker = EmbeddedBroker(map(_topic, (*INPUT_TYPES, *_OUTPUTS)))
        stack.callback(self._broker.close)
        self._redis = EmbeddedRedis(folder)
        stack.callback(self._redis.stop)
        self._redis.wait_until(self._redis.answers, interrupts.asked)
        # Its warehouses are heard before the job listens: a feed that was never heard would count as silent.
        self._distributor = Distributor(self._broker, _topic, self._truth, _now)
        stack.callback(self._distributor.stop)
        self._job = Job(folder, self._broker.bootstrap, self._redis.url)
        stack.callback(self._job.stop)
        topics = (_topic("status"), _topic("exceptions"))
        self._gathering = Gathering(self._broker, topics, self._redis.url, self._job)
        stack.callback(self._gathering.close)
        self._following = Following()
        self._last = Figures()

    def run(self, seconds: int | None) -> Verdict:
        """From the job's start to the verdict."""
        self._job.wait_until(self._job.is_ready, self._interrupts.asked)
        begins_at = _now()
        script = Script(SEED, begins_at, None if seconds is None else begins_at + seconds * SECOND_US)
        if not self._interrupts.asked():
            self._distributor.open(script)
        while not self._interrupts.asked() and (script.ends_at is None or _now() < script.ends_at):
            self._look(script, "in business" if seconds is None else f"in business for {seconds} s")
        return self._settled(script, _now() if script.ends_at is None else min(_now(), script.ends_at))

    def _settled(self, script: Script, until: int) -> Verdict:
        """The verdict over what was expected by `until`, once all of that is told or the job has had its time."""
        give_up_at = _now() + _PATIENCE_US
        while (verdict := self._verdict(until)).missed and _now() < give_up_at and not self._interrupts.impatient():
            self._look(script, f"ending, {len(verdict.missed)} still due")
        self._shown.show(replace(self._last, doing="ending"))
        return verdict

    def _verdict(self, until: int) -> Verdict:
        self._gathering.read()
        openings: dict[Key, int] = self._gathering.books.openings()
        return judge(read_faults(self._truth), openings, until)

    def _look(self, script: Script, doing: str) -> None:
        """Reads on, shows what there is, and waits a moment."""
        self._distributor.check()
        self._redis.check()
        self._job.check()
        self._gathering.read()
        now = _now()
        followed = self._following.order(self._distributor.faults, now)
        self._last = self._gathering.look(script, now, doing, followed)
        self._shown.show(self._last)
        self._interrupts.sleep(_LOOK_SECONDS)


def _topic(name: str) -> str:
    """As the job names it."""
    return f"o2c.{name}.v1"


def _now() -> int:
    return time.time_ns() // 1_000
