"""What was reached and lost again: levels replayed instant by instant."""

from collections.abc import Callable, Iterable

from tests.properties.oracle.model import CHAIN, Ledger

NEVER_LOST: int | None = None


def lost_units(ledger: Ledger, milestone: str) -> dict[int, int]:
    """By the index of a grain, when the line's level of a milestone last fell below it."""
    lost: dict[int, int] = {}
    times = sorted(_times(ledger))
    for time in times:
        peak, after = level(ledger, milestone, time, losing=time - 1), level(ledger, milestone, time, losing=time)
        for index in range(max(0, after), peak):
            lost[index] = time
    return lost


def level(ledger: Ledger, milestone: str, time: int, losing: int) -> int:
    """How many grains had reached a milestone by a moment, less what was lost until another one, as it stood then."""
    later = CHAIN[CHAIN.index(milestone) :] if milestone in CHAIN else (milestone,)
    return max(_own_level(ledger, one, time, losing) for one in later)


def _own_level(ledger: Ledger, milestone: str, time: int, losing: int) -> int:
    reached = sum(1 for unit in ledger.own[milestone] if unit.at <= time)
    reached += sum(gone.grains for gone in ledger.gone[milestone] if gone.at <= time and losing < gone.lost_at)
    if milestone == "invoice":
        reached -= sum(1 for unit in ledger.lowered if unit.at <= losing)
    elif milestone != "order" and ledger.components:
        standing = min(int(level(part, milestone, time, losing) // ratio) for part, ratio in ledger.components)
        reached = max(reached, standing)
    return reached


def _times(ledger: Ledger) -> Iterable[int]:
    for one in (ledger, *(part for part, _ in ledger.components)):
        for units in (*one.own.values(), one.lowered):
            yield from (unit.at for unit in units)
        for several in one.gone.values():
            for gone in several:
                yield from (gone.at, gone.lost_at)


def lost_money(events: list[tuple[int, int]], settled: int, total: int, due: Callable[[int], int]) -> int:
    """When the oldest money that is open now began to be so: the later of its due time and its last loss.

    `events`: (time, amount by which the settled money rose or fell). Money is one line of 10^-4 pieces, cut where any
    level ever stood; `due` says when a piece, by its place, is due.
    """
    level_now = 0
    levels = {settled, total}
    history = []
    for time in sorted({at for at, _ in events}):
        after = level_now + sum(amount for at, amount in events if at == time)
        history.append((time, level_now, after))
        levels |= {level_now, after}
        level_now = after
    starts = []
    cuts = sorted(cut for cut in levels if settled <= cut < total)
    for piece in cuts:
        fell = [time for time, before, after in history if after <= piece < before]
        starts.append(max([due(piece), *fell]))
    return min(starts)
