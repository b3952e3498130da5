"""A shard's figures go with its orders, are exact, and need no count at a start."""

from prometheus_client import REGISTRY

from o2c.flows.correlation.lives import Life
from o2c.flows.correlation.order import OrderState
from o2c.flows.correlation.snapshot import encode
from o2c.flows.figures import Figures
from o2c.flows.orders import Orders, order_key
from tests.unit.core.memory_store import MemoryStore

HUGE = 10**15 * 10**4 - 1
"""The largest amount that is read, in 10^-4: more than 64 bits hold, and than a float tells apart."""


def life(name: str, amount: int | None, *, currency: str = "EUR", is_open: bool = True) -> Life:
    return Life(
        exception_id=name,
        code="PAST_DUE",
        subject=("", "invoice", name),
        occurrence=1,
        state="opened" if is_open else "cleared",
        since=0,
        detected_at=0,
        due_at=None,
        cleared_at=None,
        amount=amount,
        currency=currency,
        severity="warning",
        owner="collections",
        documents=(),
        explanation="",
    )


class Bench:
    """Orders on a store, with figures; `restart` begins anew on the same store."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.restart()

    def restart(self) -> None:
        self.figures = Figures(self.store)
        self.orders = Orders(self.store, 10, self.figures)

    def put(self, name: str, fulfilment: str, financial: str, *lives: Life) -> None:
        order = self.orders.load([name])[name]
        order.state.fulfilment, order.state.financial = fulfilment, financial
        order.state.lives = {life.exception_id: life for life in lives}
        self.orders.touch(order)
        self.store.write(self.orders.writes([order]))

    def counted(self) -> dict[tuple[str, str, str], int]:
        return {figure: count for figure, count in Figures(self.store)._counts.items() if count}


def test_an_order_counts_at_the_stages_of_its_last_status() -> None:
    bench = Bench()
    bench.put("A", "ordered", "unbilled")
    bench.put("B", "ordered", "unbilled")
    bench.put("A", "shipped", "invoiced")
    assert bench.counted() == {("orders", "ordered", "unbilled"): 1, ("orders", "shipped", "invoiced"): 1}


def test_an_order_without_a_status_stands_at_no_stage() -> None:
    bench = Bench()
    bench.put("A", "", "")
    assert bench.counted() == {}


def test_open_exceptions_count_by_code_and_severity_and_their_worth_by_currency() -> None:
    bench = Bench()
    bench.put("A", "shipped", "invoiced", life("I1", 25_0000), life("I2", 1), life("I3", 5, is_open=False))
    bench.put("B", "shipped", "invoiced", life("I4", 7, currency="USD"), life("I5", None))
    assert {figure: count for figure, count in bench.counted().items() if figure[0] != "orders"} == {
        ("exceptions", "PAST_DUE", "warning"): 4,
        ("amounts", "PAST_DUE", "EUR"): 25_0001,
        ("amounts", "PAST_DUE", "USD"): 7,
    }


def test_what_an_order_added_before_a_restart_is_taken_back_after_it() -> None:
    bench = Bench()
    bench.put("A", "shipped", "invoiced", life("I1", 25))
    bench.restart()
    bench.put("A", "delivered", "paid")
    assert bench.counted() == {("orders", "delivered", "paid"): 1}


def test_sums_of_amounts_are_exact_past_64_bits() -> None:
    bench = Bench()
    bench.put("A", "shipped", "invoiced", life("I1", HUGE), life("I2", HUGE), life("I3", 1))
    bench.restart()
    bench.put("B", "shipped", "invoiced", life("I4", HUGE))
    assert bench.counted()["amounts", "PAST_DUE", "EUR"] == 3 * HUGE + 1


def test_a_start_reads_no_order() -> None:
    bench = Bench()
    bench.put("A", "shipped", "invoiced")
    bench.store.values[order_key("A")] = b"not an order"
    assert bench.counted() == {("orders", "shipped", "invoiced"): 1}


def test_a_store_without_figures_is_counted_once() -> None:
    bench = Bench()
    state = OrderState("A", fulfilment="shipped", financial="invoiced", lives={"I1": life("I1", 25)})
    bench.store.values[order_key("A")] = encode(state)
    bench.restart()
    bench.put("B", "shipped", "invoiced")
    bench.store.values[order_key("A")] = b"not an order"
    assert bench.counted()["orders", "shipped", "invoiced"] == 2
    assert bench.counted()["amounts", "PAST_DUE", "EUR"] == 25


def test_gauges_show_the_sum_over_shards_in_units_of_the_currency() -> None:
    def shown(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(name, labels) or 0.0

    one, other = Bench(), Bench()
    before = shown("o2c_orders", fulfilment="picked", financial="unbilled")
    one.put("A", "picked", "unbilled", life("I1", 1_2500, currency="CHF"))
    other.put("B", "picked", "unbilled", life("I2", 2_0000, currency="CHF"))
    for bench in (one, other, one):
        bench.figures.show()
    assert shown("o2c_orders", fulfilment="picked", financial="unbilled") == before + 2
    assert shown("o2c_open_exceptions_amount", code="PAST_DUE", currency="CHF") == 3.25
    one.put("A", "shipped", "invoiced")
    one.figures.show()
    assert shown("o2c_open_exceptions_amount", code="PAST_DUE", currency="CHF") == 2.0
