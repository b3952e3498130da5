"""/metrics of a running job, of one process and of two: what they count adds up, and outlives a restart."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.integration.events import Sent, goods, heartbeat, order
from tests.services.job import Job
from tests.services.kafka import Broker

POLICY = """version = 1
base = "none"

[process]
milestones = ["order", "shipment"]

[stalls.STALLED_SHIPMENT]
tolerance = "1s"
severity = "critical"

[feeds.default]
grace = "1h"

[feeds."pick/wms-east"]
silent_after = "1s"
"""
ORDERS, SHIPPED, DEAD, ORPHANED = 40, 10, 3, 2
STANDING = {
    'o2c_orders{financial="unbilled",fulfilment="ordered"}': ORDERS - SHIPPED,
    'o2c_orders{financial="unbilled",fulfilment="shipped"}': SHIPPED,
    'o2c_open_exceptions{code="STALLED_SHIPMENT",severity="critical"}': ORDERS - SHIPPED,
    'o2c_open_exceptions{code="FEED_SILENT",severity="critical"}': 1,
    'o2c_open_exceptions_amount{code="STALLED_SHIPMENT",currency="EUR"}': (ORDERS - SHIPPED) * 30,
    'o2c_feed_silent{feed="pick/wms-east"}': 1,
    "o2c_outbox_records": 0,
    "o2c_outbox_age_seconds": 0,
}
"""What holds once all is judged, and again after a start that reads nothing new."""
PROCESSES = (1, 2)


class Course(NamedTuple):
    """A deployment that has worked off everything once and been started again, and its samples at both times."""

    job: Job
    first: dict[str, float]
    again: dict[str, float]


def events() -> Iterator[Sent]:
    """Orders taken two hours ago, some shipped long ago; repeats, orphans and what nobody can read."""
    now = datetime.now(timezone.utc)
    times = {"occurred_at": now.isoformat(), "business_at": (now - timedelta(hours=2)).isoformat()}
    orders = [order(f"SO-{number}", **times) for number in range(ORDERS)]
    yield from orders
    yield from orders[:2]
    yield from (goods("shipment", f"SO-{number}") for number in range(SHIPPED))
    yield from (("order", b"not json") for _ in range(DEAD))
    yield from (("shipment", _without_order(number)) for number in range(ORPHANED))
    yield heartbeat("wms-west", "pick", 1)


def _without_order(number: int) -> bytes:
    event = json.loads(goods("shipment", f"LOST-{number}")[1])
    del event["correlation_id"]
    return json.dumps({**event, "source": "carrier"}).encode()


@pytest.fixture(scope="module", params=PROCESSES, ids=["one process", "two processes"])
def course(
    request: pytest.FixtureRequest,
    kafka: Broker,
    new_redis_url: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Course]:
    folder: Path = tmp_path_factory.mktemp("metrics")
    (folder / "policy.toml").write_text(POLICY)
    settings = {"O2C_POLICY": str(folder / "policy.toml"), "O2C_PROCESSES": str(request.param)}
    with Job(kafka, new_redis_url(), folder, settings) as job:
        job.produce(events())
        job.start()
        job.settle()
        job.wait(lambda: STANDING.items() <= samples(job).items(), "showing what stands", 30)
        first = samples(job)
        assert job.stop() == 0
        job.start()
        job.wait(lambda: STANDING.items() <= samples(job).items(), "showing what stands again", 30)
        yield Course(job, first, samples(job))


def samples(job: Job) -> dict[str, float]:
    """Every sample by its name and labels, these in the order of their names."""
    found: dict[str, float] = defaultdict(float)
    for family in text_string_to_metric_families(job.http("/metrics")[1]):
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            found[sample.name + (f"{{{labels}}}" if labels else "")] += sample.value
    return found


@pytest.mark.parametrize(
    ("sample", "value"),
    [
        ('o2c_events_total{feed="order/erp"}', ORDERS + 2),
        ('o2c_events_total{feed="shipment/erp"}', SHIPPED),
        ('o2c_events_total{feed="heartbeat/wms-west"}', 1),
        ('o2c_duplicate_events_total{feed="order/erp"}', 2),
        ('o2c_late_events_total{feed="order/erp"}', 0),
        ('o2c_late_events_total{feed="shipment/erp"}', SHIPPED),
        ('o2c_orphans_total{feed="shipment/carrier"}', ORPHANED),
        ('o2c_exception_changes_total{code="STALLED_SHIPMENT",state="opened"}', ORDERS - SHIPPED),
    ],
)
def test_what_is_read_is_counted_by_feed(course: Course, sample: str, value: float) -> None:
    assert course.first.get(sample, 0) == value


def test_dead_letters_are_counted_by_code_and_topic(course: Course) -> None:
    topic = course.job.topic("order")
    counted = {name: value for name, value in course.first.items() if name.startswith("o2c_dead_letters_total")}
    assert counted == {f'o2c_dead_letters_total{{code="NOT_JSON",topic="{topic}"}}': DEAD}


def test_what_stands_is_shown_again_after_a_restart_and_what_was_read_is_not(course: Course) -> None:
    assert STANDING.items() <= course.again.items()
    assert not any(value for name, value in course.again.items() if name.startswith("o2c_duplicate_events_total"))


@pytest.mark.parametrize("name", ["epoch_write", "epoch_sync", "kafka_delivery", "redis_wait"])
def test_durations_are_measured(course: Course, name: str) -> None:
    assert course.first[f"o2c_{name}_seconds_count"] > 0
    assert course.first[f"o2c_{name}_seconds_sum"] > 0


def test_no_sample_names_an_order(course: Course) -> None:
    assert [name for name in course.first if "SO-" in name or "LOST-" in name] == []


def test_nothing_is_logged_once_an_event(course: Course) -> None:
    entries = course.job.log_entries("")
    assert [entry["event"] for entry in entries] == ["job_started", "job_stopped", "job_started"]
