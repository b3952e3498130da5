"""Master data of the simulated distributor: who orders, what is sold, where it is stored, who carries it.

Quantities are integers of a quarter unit and prices integers of 10^-4 that whole cents make, so that a quantity's value
in 10^-4 is always exact.
"""

from dataclasses import dataclass

from o2c.simulator.chance import Chance

QUARTERS = 4
CENT = 100
DROP_SHIP = "drop_ship"
SLOW_CARRIER = "OCEANLINE"
SLOW_WAREHOUSE = "WH-WEST"
PATIENT_CUSTOMER = "C-0007"
SILENT_SOURCE = "wms-east"


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A warehouse and the system that speaks for it; `naming` is how that system names an order's lines."""

    code: str
    source: str
    naming: str


@dataclass(frozen=True, slots=True)
class Carrier:
    """A carrier and the system that reports its deliveries."""

    code: str
    source: str


@dataclass(frozen=True, slots=True)
class Company:
    """A company of the distributor: its number range, its ERP and its receivables system."""

    scope: str
    erp: str
    receivables: str


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer; `billing` says whether its invoices follow the shipment or the delivery."""

    customer_id: str
    company: Company
    currency: str
    net_days: int
    billing: str


@dataclass(frozen=True, slots=True)
class Product:
    """An article. `price` is in 10^-4 of the currency's unit, `step` the quantity it is sold in, in quarter units."""

    sku: str
    price: int
    step: int


@dataclass(frozen=True, slots=True)
class World:
    """Everything that does not change while orders come in."""

    customers: tuple[Customer, ...]
    products: tuple[Product, ...]


WAREHOUSES = (
    Warehouse("WH-EAST", SILENT_SOURCE, "padded"),
    Warehouse(SLOW_WAREHOUSE, "wms-west", "sku"),
    Warehouse("WH-CENTRAL", "wms-central", "number"),
)
VENDORS = Warehouse("", "vendor-portal", "sku")
CARRIERS = (
    Carrier("NORTHLINE", "carrier-northline"),
    Carrier("SWIFTPARCEL", "carrier-swiftparcel"),
    Carrier("HAULWELL", "carrier-haulwell"),
    Carrier(SLOW_CARRIER, "carrier-oceanline"),
)
COMPANIES = (Company("", "erp-us", "receivables-us"), Company("eu", "erp-eu", "receivables-eu"))
CHANNELS = {"web": "webshop", "edi": "edi-gateway", "phone": "order-desk", DROP_SHIP: "marketplace"}
"""Channel -> the system that orders of that channel come from."""

CREDIT_DESK = "credit-desk"
_CURRENCIES = {"": ("USD", "USD", "CAD"), "eu": ("EUR", "EUR", "GBP")}
_CUSTOMERS = 240
_PRODUCTS = 600


def build_world(seed: int) -> World:
    """The distributor's customers and products."""
    chance = Chance(seed, "world")
    return World(
        customers=tuple(_customer(chance, number) for number in range(1, _CUSTOMERS + 1)),
        products=tuple(_product(chance, number) for number in range(1, _PRODUCTS + 1)),
    )


def _customer(chance: Chance, number: int) -> Customer:
    company = chance.pick(COMPANIES)
    return Customer(
        customer_id=f"C-{number:04d}",
        company=company,
        currency=chance.pick(_CURRENCIES[company.scope]),
        net_days=chance.pick((7, 10, 14)),
        billing="delivery" if chance.happens(0.25) else "shipment",
    )


def _product(chance: Chance, number: int) -> Product:
    sold_by_weight = chance.happens(0.1)
    return Product(
        sku=f"SKU-{number:05d}",
        price=chance.between(99, 49_999) * CENT,
        step=1 if sold_by_weight else QUARTERS,
    )
