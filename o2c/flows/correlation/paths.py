"""The path of a line: which milestones it waits for, and from which one each counts."""

from functools import lru_cache
from itertools import pairwise

from o2c.flows.correlation.milestones import CHAIN_LENGTH, INDEX, INVOICE, ORDER, PAYMENT, POD, SHIPMENT

_KNOWN_PATHS = 128


class Path:
    """A policy's milestones, resolved once: who waits for whom."""

    __slots__ = ("invoice_from", "last_in_chain", "milestones", "pairs", "pays", "pods_by_shipment")

    def __init__(self, names: tuple[str, ...]) -> None:
        self.milestones = tuple(INDEX[name] for name in names)
        chain = [index for index in self.milestones if index < CHAIN_LENGTH]
        self.pods_by_shipment = SHIPMENT in chain and POD in chain
        self.pairs = tuple(
            (before, after) for before, after in pairwise(chain) if not (after == POD and before == SHIPMENT)
        )
        self.last_in_chain = chain[-1]
        self.pays = PAYMENT in self.milestones
        self.invoice_from: dict[str, int] | None = None
        if INVOICE in self.milestones:
            self.invoice_from = {
                "shipment": _base(chain, SHIPMENT),
                "prepaid": _base(chain, SHIPMENT),
                "delivery": _base(chain, POD),
            }


def _base(chain: list[int], wanted: int) -> int:
    """The milestone that billing counts from: the wanted one, else the nearest before it, else the first after it."""
    before = [index for index in chain if ORDER < index <= wanted]
    if before:
        return before[-1]
    return next((index for index in chain if index > wanted), ORDER)


@lru_cache(maxsize=_KNOWN_PATHS)
def path_of(names: tuple[str, ...]) -> Path:
    """The path of these milestones, by their names."""
    return Path(names)
