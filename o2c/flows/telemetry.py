"""What the job tells its operators: metrics that never name an order, and log lines that never name a secret."""

import logging
import os
import re
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import structlog
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, make_wsgi_app
from prometheus_client.multiprocess import MultiProcessCollector
from structlog.typing import EventDict, Processor, WrappedLogger

from o2c.flows.shared_metrics import VARIABLE as SHARED_METRICS_VARIABLE

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_WRITE_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SECRET = re.compile(r"password|secret|token|sasl|credential|api[_.-]?key", re.IGNORECASE)
_URL_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")

EVENTS = Counter("o2c_events", "Valid events read.", ["feed"])
DUPLICATE_EVENTS = Counter("o2c_duplicate_events", "Events that changed no document.", ["feed"])
LATE_EVENTS = Counter("o2c_late_events", "Events that reached the log later than their feed's grace.", ["feed"])
DEAD_LETTERS = Counter("o2c_dead_letters", "Rejected records, by error code and topic.", ["code", "topic"])
ORPHANS = Counter("o2c_orphans", "Documents that no order claims.", ["feed"])
STATUSES = Counter("o2c_statuses", "Statuses handed to the sinks.")
EXCEPTION_CHANGES = Counter(
    "o2c_exception_changes", "Changes of exceptions, by reason code and state.", ["code", "state"]
)
BILLING_CHANGES = Counter("o2c_billing_changes", "Changes of what can be invoiced.")
AUDIT_ENTRIES = Counter("o2c_audit_entries", "Actions and automatic decisions put on record.")
FORGOTTEN_ORDERS = Counter("o2c_forgotten_orders", "Orders forgotten at the end of their retention.")
LOST_RECORDS = Counter("o2c_lost_records", "Records that retention deleted before they were read, by topic.", ["topic"])
ROUNDED_NUMBERS = Counter("o2c_rounded_numbers", "Numbers finer than the ledger keeps, rounded half-even.")
ORDERS = Gauge(
    "o2c_orders", "Orders, by the stages of their last status.", ["fulfilment", "financial"], multiprocess_mode="sum"
)
OPEN_EXCEPTIONS = Gauge("o2c_open_exceptions", "Open exceptions.", ["code", "severity"], multiprocess_mode="sum")
OPEN_EXCEPTIONS_AMOUNT = Gauge(
    "o2c_open_exceptions_amount",
    "What open exceptions are worth, in units of the currency.",
    ["code", "currency"],
    multiprocess_mode="sum",
)
FEED_LAG = Gauge(
    "o2c_feed_lag_seconds", "How far behind the clock a feed has been read.", ["feed"], multiprocess_mode="mostrecent"
)
FEED_LAST_EVENT = Gauge(
    "o2c_feed_last_event_timestamp_seconds",
    "When a feed last spoke, by Kafka's timestamp.",
    ["feed"],
    multiprocess_mode="mostrecent",
)
FEED_SILENT = Gauge(
    "o2c_feed_silent", "1 while FEED_SILENT is open for a feed, else 0.", ["feed"], multiprocess_mode="mostrecent"
)
OUTBOX_DEPTH = Gauge("o2c_outbox_records", "Entries of the outbox that are not delivered yet.", multiprocess_mode="sum")
OUTBOX_AGE = Gauge(
    "o2c_outbox_age_seconds", "How long the oldest entry of the outbox has waited.", multiprocess_mode="max"
)
EPOCH_WRITE = Histogram("o2c_epoch_write_seconds", "Writing a shard's state back.", buckets=_WRITE_SECONDS)
EPOCH_SYNC = Histogram("o2c_epoch_sync_seconds", "Syncing a shard's state to disk.", buckets=_WRITE_SECONDS)
KAFKA_DELIVERY = Histogram(
    "o2c_kafka_delivery_seconds",
    "From handing a batch's last record to the Kafka client until its delivery report.",
    buckets=_WRITE_SECONDS,
)
REDIS_WAIT = Histogram(
    "o2c_redis_wait_seconds", "Waiting for Redis to answer a batch, after other work.", buckets=_WRITE_SECONDS
)


def metrics_app() -> "WSGIApplication":
    """Serves this process' metrics, or those of all processes that share a folder."""
    if not os.environ.get(SHARED_METRICS_VARIABLE):
        return make_wsgi_app(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library leaves it untyped
    return make_wsgi_app(registry)


def configure_logging(log_format: Literal["json", "console"], level: str) -> None:
    """One line a log entry to standard error, in UTC; also for libraries that log the standard way."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _without_secrets,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(log_format)],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())


def _renderers(log_format: Literal["json", "console"]) -> Iterable[Processor]:
    if log_format == "console":
        return (structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),)
    return (structlog.processors.format_exc_info, structlog.processors.JSONRenderer())


def _without_secrets(_: WrappedLogger, __: str, entry: EventDict) -> EventDict:
    for key, value in entry.items():
        if _SECRET.search(key):
            entry[key] = "***"
        elif isinstance(value, str) and "@" in value:
            entry[key] = _URL_CREDENTIALS.sub("***@", value)
    return entry
