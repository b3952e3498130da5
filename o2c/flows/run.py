"""`o2c run`: what must be settled before anything of the job is imported, then the job."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from o2c.flows.settings import Settings
from o2c.flows.shared_metrics import share_metrics


def run(settings: Settings) -> None:
    """Run the job until it is told to stop. Raises ConfigurationError or OperatingFault, one line each."""
    with _shared_metrics(settings.processes):
        from o2c.flows.job import run_job  # noqa: PLC0415 -- the metrics library decides at its import where it counts
        from o2c.flows.telemetry import configure_logging  # noqa: PLC0415

        configure_logging(settings.log_format, settings.log_level)
        run_job(settings)


@contextmanager
def _shared_metrics(processes: int) -> Iterator[None]:
    """With several processes, a folder in which all of them count."""
    if processes == 1:
        yield
        return
    with TemporaryDirectory(prefix="o2c-metrics-") as folder:
        share_metrics(Path(folder))
        yield
