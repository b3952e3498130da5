"""Log lines: structured, in UTC, without secrets; metrics: named as Prometheus wants them."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

from o2c.flows import telemetry
from o2c.flows.telemetry import configure_logging


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_entry_is_one_json_line_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json", "info")
    structlog.get_logger().info("records lost", topic="o2c.order.v1", first=3, last=9)
    captured = capsys.readouterr()
    entry = json.loads(captured.err)
    assert captured.out == ""
    assert entry.pop("time").endswith("Z")
    assert entry == {"event": "records lost", "level": "info", "topic": "o2c.order.v1", "first": 3, "last": 9}


def test_library_that_logs_the_standard_way_gets_the_same_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json", "info")
    logging.getLogger("some.library").warning("lost %s", "connection")
    entry = json.loads(capsys.readouterr().err)
    assert (entry["event"], entry["level"]) == ("lost connection", "warning")


def test_level_leaves_out_what_is_below(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json", "warning")
    structlog.get_logger().info("not now")
    assert capsys.readouterr().err == ""


def test_console_format_is_readable(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("console", "info")
    structlog.get_logger().info("started", shards=64)
    line = capsys.readouterr().err
    assert "started" in line
    assert "shards=64" in line


def test_secrets_are_struck_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json", "info")
    structlog.get_logger().info("connected", url="redis://me:hunter2@redis:6379/0", redis_password="hunter2")
    line = capsys.readouterr().err
    assert "hunter2" not in line
    assert "redis://***@redis:6379/0" in line


def test_metrics_have_help_and_units_and_never_an_order() -> None:
    ours = [metric for metric in REGISTRY.collect() if metric.name.startswith("o2c_")]
    assert len(ours) >= 10
    metrics = [each for each in vars(telemetry).values() if isinstance(each, MetricWrapperBase)]
    labels = {label for metric in metrics for label in metric._labelnames}
    assert labels == {"code", "state", "topic", "feed", "fulfilment", "financial", "severity", "currency"}
    assert all(metric.documentation for metric in ours)
    assert all(metric.name.endswith("_seconds") for metric in ours if metric.type == "histogram")
