"""Why a payer kept money back: adjustment reason codes of X12 element 426, by family.

The meanings of the codes are those of element 426, "Adjustment Reason Code", as published at
https://www.stedi.com/edi/x12-007040/element/426. Which family a code belongs to is our own reading of them. Codes that
have nothing to do with trade in goods (insurance, benefits, film rental) and those that give no reason are `other`.
"""

PRICE = "price"
SHORTAGE = "shortage"
DAMAGE_OR_QUALITY = "damage_or_quality"
WRONG_ITEM = "wrong_item"
RETURNS = "returns"
FREIGHT = "freight"
TAX = "tax"
PROMOTION = "promotion"
COMPLIANCE = "compliance"
DUPLICATE = "duplicate"
OTHER = "other"

CODES_OF_FAMILY = {
    # The price, an extension, a charge that was not agreed, a discount or terms that were; price protection.
    PRICE: "01 02 03 09 23 24 29 33 43 76 78 90 95 B6 D9 E4 E5 L2 P1",
    # Not received, lost, or counted otherwise.
    SHORTAGE: "06 42 59 75 96 A4 B9 D8 RD",
    DAMAGE_OR_QUALITY: "04 05 82 93 B4 B5 D7 F1 GG GJ",
    # Not what was ordered: another product, a substitute, more than ordered.
    WRONG_ITEM: "07 08 62 92 A2 A5 D4 RS",
    # Sent back or not accepted, for whatever reason, and what it costs to restock.
    RETURNS: "11 12 13 14 15 25 72 AQ AS B7 BF C4 RG RM",
    # Carriage and what it is charged by: weight, dimensions, class, mode, who pays. Freight on returns too.
    FREIGHT: "10 21 22 30 31 32 34 35 36 37 46 47 54 83 BJ BK D2 MB MJ RB RC RK RL SF SG SJ SN SO ST SU SV SX SY TI",
    # Taxes, withholding and duty.
    TAX: "55 88 BA BB BC E3 E6 E7 E8 IR",
    # Allowances, rebates and what retailers charge for promotion, space and volume.
    PROMOTION: (
        "28 56 57 71 77 79 85 89 A3 A8 AV B2 BE BH C2 C5 C7 CA D5 D6 EP FU GA GB GC GE GH M1 MA MK MR NO "
        "PX R4 R6 RT RW RX RZ SP SR SS"
    ),
    # What the customer's routing guide asks for: times, documents, labels, packing, carriers, and fines for lacking it.
    COMPLIANCE: (
        "17 39 40 41 44 45 70 73 84 99 A6 A9 B1 B8 C8 MD ME MF MG MH MM MN MO MP RH RI RJ RN RO RP RQ RR RV RY "
        "SA SE SH SM SW"
    ),
    # Billed, shipped or paid before.
    DUPLICATE: "19 86 87 H2 J5 J6 J7",
}
"""Element 426's codes of each family but `other`. A code stands once."""

X12_426 = frozenset({"x12", "426", "x12426"})
"""The names of the code list, in lower case and without anything but letters and digits."""

_FAMILY_OF_CODE = {code: family for family, codes in CODES_OF_FAMILY.items() for code in codes.split()}


def family(reason_code: str | None, code_list: str | None = None) -> str:
    """The family of an adjustment's reason code; `other` for one that is unknown or of another list.

    A code is a string as it was sent: "01" is a price, "1" is unknown. Without `code_list` it is taken for X12's; its
    names "X12", "426", "X12-426" and the like are understood.
    """
    if reason_code is None or not _is_x12(code_list):
        return OTHER
    return _FAMILY_OF_CODE.get(reason_code, OTHER)


def _is_x12(code_list: str | None) -> bool:
    return code_list is None or "".join(filter(str.isalnum, code_list.lower())) in X12_426
