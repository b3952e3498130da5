"""What is wrong at once, reason code by reason code, each from the figures alone."""

from tests.properties.oracle.findings.cash import cash_findings
from tests.properties.oracle.findings.deliveries import delivery_findings
from tests.properties.oracle.findings.goods import goods_findings
from tests.properties.oracle.findings.identity import identity_findings
from tests.properties.oracle.findings.invoices import invoice_findings
from tests.properties.oracle.model import Finding
from tests.properties.oracle.waiting import Waiting


def all_findings(waiting: Waiting) -> list[Finding]:
    """Every finding of every code, switched on or not."""
    waiting.credit_used = 0
    return [
        *goods_findings(waiting),
        *delivery_findings(waiting),
        *invoice_findings(waiting),
        *cash_findings(waiting),
        *identity_findings(waiting),
    ]


__all__ = ["all_findings"]
