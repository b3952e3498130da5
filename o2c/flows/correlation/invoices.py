"""One invoice and one payment of an order, and what stands between the two. Amounts in 10^-4, times in UTC us."""

from o2c.flows.correlation.losses import Losses
from o2c.flows.correlation.terms import Part, open_parts
from o2c.schemas.documents import Adjustment, Document, InvoiceBody, PaymentBody


class Claim:
    """What a payer kept back: a deduction with its adjustment, or a discount that was not earned (adjustment None)."""

    __slots__ = ("adjustment", "amount", "invoice", "payment")

    def __init__(
        self, invoice: "InvoiceLedger", payment: "PaymentLedger", amount: int, adjustment: Adjustment | None
    ) -> None:
        self.invoice = invoice
        self.payment = payment
        self.amount = amount
        self.adjustment = adjustment


class InvoiceLedger:
    """One counting invoice and what became of its total: settled in one way or another, or still open.

    total = paid + discounted + credited + deducted + written_off + open, always.
    """

    __slots__ = (
        "body",
        "business_at",
        "claims",
        "credited",
        "deducted",
        "discounted",
        "document",
        "losses",
        "open",
        "paid",
        "parts",
        "payments",
        "settlements",
        "written_off",
    )

    def __init__(self, document: Document, business_at: int, body: InvoiceBody, parts: list[Part]) -> None:
        self.document = document
        self.business_at = business_at
        self.body = body
        self.parts = parts
        self.open = body.total
        self.paid = self.discounted = self.credited = self.deducted = self.written_off = 0
        self.claims: list[Claim] = []
        self.payments: list[PaymentLedger] = []
        self.settlements: list[tuple[int, int]] = []
        self.losses: Losses = []

    def settle(self, amount: int, at: int) -> int:
        """Settle up to `amount`; returns how much of it was still open."""
        if amount <= 0 or self.open <= 0:
            return 0
        settled = min(amount, self.open)
        self.open -= settled
        self.settlements.append((at, settled))
        return settled

    def reopen(self, amount: int, at: int) -> int:
        """Take back up to `amount` of what was paid; returns how much that is."""
        taken = min(max(0, amount), self.paid)
        if taken:
            self.paid -= taken
            self.open += taken
            self.losses.append((None, at, taken))
        return taken

    def resolve_claims(self, amount: int) -> int:
        """Settle up to `amount` of what payers kept back, oldest first; returns how much that is."""
        rest = amount
        for claim in self.claims:
            if rest <= 0:
                break
            rest -= self.resolve(claim, rest)
        return max(0, amount) - max(0, rest)

    def resolve(self, claim: Claim, amount: int) -> int:
        """Settle up to `amount` of one claim: it leaves deducted or discounted. Returns how much that is."""
        taken = min(max(0, amount), claim.amount)
        claim.amount -= taken
        if claim.adjustment is None:
            self.discounted -= taken
        else:
            self.deducted -= taken
        return taken

    @property
    def due_at(self) -> int | None:
        """When the earliest part that is still open falls due."""
        still = open_parts(self.parts, self.open)
        return still[0][0] if still else None

    def past_due(self, clock: int) -> int:
        """How much of what is open was due by `clock`."""
        if len(self.parts) == 1:
            due = self.parts[0][0]
            return self.open if due is not None and due <= clock else 0
        return sum(part for due, part in open_parts(self.parts, self.open) if due is not None and due <= clock)

    def missing(self, clock: int) -> int:
        """What is open that no instalment explains: of the one that is paid in part, the first, or due by `clock`."""
        if len(self.parts) == 1:
            return self.open
        settled = self.body.total - self.open
        owed = 0
        for index, (due, share) in enumerate(self.parts):
            owed += share
            if settled <= owed:
                expected = index == 0 or (due is not None and due <= clock)
                return owed - settled if expected and settled > owed - share else 0
        return self.open


class PaymentLedger:
    """One receipt: what of its money is applied to nothing (`unapplied`), or to more than was open (`overpaid`)."""

    __slots__ = ("body", "business_at", "document", "overpaid", "unapplied")

    def __init__(self, document: Document, business_at: int, body: PaymentBody) -> None:
        self.document = document
        self.business_at = business_at
        self.body = body
        self.unapplied = 0
        self.overpaid = 0
