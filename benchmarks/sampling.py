"""A profiler that does not slow down what it looks at: it notes where the program is after each slice of CPU time.

Unlike one that hooks into every call it makes small functions no dearer than they are. Time that is spent in C counts
for the Python function that called it.
"""

import signal
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

SLICE_SECONDS = 0.001

Place = tuple[str, str]
"""(module, function), the module as `folder/file`."""


class Sampler:
    """Samples the main thread inside a `with` block.

    `stages` says which stage a function begins; what it calls belongs to it, unless that begins another.
    """

    def __init__(self, stages: Mapping[Place, str]) -> None:
        self.own: Counter[Place] = Counter()
        self.by_stage: Counter[str] = Counter()
        self._stages = stages

    def __enter__(self) -> "Sampler":
        signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, SLICE_SECONDS, SLICE_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    @property
    def samples(self) -> int:
        """How many were taken."""
        return self.own.total()

    def _sample(self, _: int, frame: FrameType | None) -> None:
        assert frame is not None
        self.own[_place(frame)] += 1
        self.by_stage[self._stage(frame)] += 1

    def _stage(self, frame: FrameType) -> str:
        at: FrameType | None = frame
        while at is not None:
            stage = self._stages.get(_place(at))
            if stage is not None:
                return stage
            at = at.f_back
        return "elsewhere"


def _place(frame: FrameType) -> Place:
    file = Path(frame.f_code.co_filename)
    return f"{file.parent.name}/{file.stem}", frame.f_code.co_name
