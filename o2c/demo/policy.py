"""The demo's policy: the file that the job is given, and what the demo itself needs to know of it."""

from functools import lru_cache
from importlib import resources

from o2c.flows.correlation.policy import Policy, load_policy


def policy_text() -> str:
    """The policy as TOML."""
    return resources.files(__package__).joinpath("policy.toml").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def demo_policy() -> Policy:
    """The same, resolved."""
    return load_policy(policy_text(), "the demo's policy")
