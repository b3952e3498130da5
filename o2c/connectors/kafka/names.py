"""The job's own topics."""

from msgspec import Struct


class OutputTopics(Struct, frozen=True):
    """The names of the topics that the job writes, as the contract has them unless a setting says otherwise."""

    status: str = "o2c.status.v1"
    exceptions: str = "o2c.exceptions.v1"
    dead_letters: str = "o2c.dead-letters.v1"
    orphans: str = "o2c.orphans.v1"
    billing: str = "o2c.billing.v1"
    audit: str = "o2c.audit.v1"
