"""docs/metrics.md against the code: every metric, its type, its labels and what it says of itself."""

import re

from prometheus_client.metrics import MetricWrapperBase

from o2c.flows import telemetry
from o2c.flows.feed_figures import MOST_NAMED_FEEDS, OTHER_FEEDS
from tests.repository.pages import ROOT, codes, table

PAGE = ROOT / "docs" / "metrics.md"
PACKAGE = ROOT / "o2c"
METRICS = {name: each for name, each in vars(telemetry).items() if isinstance(each, MetricWrapperBase)}


def test_page_has_every_metric() -> None:
    shown = {
        codes(name)[0]: (kind, tuple(codes(labels)), meaning)
        for name, kind, labels, meaning, _ in table(PAGE, "metric", "type", "labels", "meaning", "when to worry")
    }
    expected = {
        each._name + ("_total" if each._type == "counter" else ""): (each._type, each._labelnames, each._documentation)
        for each in METRICS.values()
    }
    assert shown == expected


def test_every_metric_is_counted_somewhere() -> None:
    sources = [path.read_text() for path in PACKAGE.rglob("*.py") if path.name != "telemetry.py"]
    uses = re.compile(r"\b(" + "|".join(METRICS) + r")\b[.,}]")
    assert set(METRICS) - {name for source in sources for name in uses.findall(_without_imports(source))} == set()


def _without_imports(source: str) -> str:
    return re.sub(r"^from \S+ import (?:\([^)]*\)|.*)$", "", source, flags=re.MULTILINE)


def test_page_says_how_many_feeds_have_a_name() -> None:
    assert f"the first {MOST_NAMED_FEEDS:,} others; the rest is\ncounted under `{OTHER_FEEDS}`" in PAGE.read_text()
