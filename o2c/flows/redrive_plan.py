"""Which dead letters a redrive sends where, and which it leaves and why; decided before anything is sent."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from o2c.connectors.kafka.redrive import identity_of
from o2c.connectors.kafka.stored_letters import Place, StoredLetter

TRUNCATED = "truncated, so their bytes are gone"
NO_VALUE = "without a value, so there is nothing to read"
SENT_BEFORE = "sent back before"
NO_INPUT = "not from an input topic of this job"


@dataclass(slots=True)
class RedrivePlan:
    """`seen`: where selected letters lie; `places`: where those that go do. The rest counts letters."""

    seen: set[Place] = field(default_factory=set)
    places: set[Place] = field(default_factory=set)
    by_topic: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    @property
    def question(self) -> str:
        """What is about to be done, as the user is asked."""
        where = ", ".join(f"{count} to {topic}" for topic, count in sorted(self.by_topic.items()))
        return f"Send {count_of(len(self.places))} back: {where}?"

    @property
    def skips(self) -> str:
        """What is left, as the end of a sentence: "2 skipped (sent back before)"."""
        return "".join(f", {count} skipped ({reason})" for reason, count in sorted(self.skipped.items()))


def plan_redrive(
    letters: Iterable[StoredLetter], marks: Mapping[str, str], inputs: Collection[str], *, again: bool
) -> RedrivePlan:
    """Decides over the selected letters. `marks`: what was sent before, by identity; `inputs`: where letters may go."""
    plan = RedrivePlan()
    known = set[str]() if again else set(marks)
    for letter in letters:
        identity = identity_of(letter)
        plan.seen.add(letter.place)
        if letter.source is None or letter.source.topic not in inputs:
            plan.skipped[NO_INPUT] += 1
        elif letter.truncated:
            plan.skipped[TRUNCATED] += 1
        elif letter.value is None:
            plan.skipped[NO_VALUE] += 1
        elif identity in known:
            plan.skipped[SENT_BEFORE] += 1
        else:
            known.add(identity)
            plan.places.add(letter.place)
            plan.by_topic[letter.source.topic] += 1
    return plan


def count_of(letters: int) -> str:
    """A number of dead letters in words: "1 dead letter", "2 dead letters"."""
    return f"{letters} dead letter{'' if letters == 1 else 's'}"
