"""Every code of a dead letter: what it says about the message, and what to do."""

from msgspec import Struct


class RejectionCode(Struct, frozen=True):
    """`means` completes "the message ..."; `remedy` is one sentence."""

    means: str
    remedy: str


_SENDER = "Correct it at the sender, which publishes it again."
_WHOLE = "It was cut off: publish it again whole."
_FIELD = "Correct the field at the sender, which publishes the document again."
_TYPE = "Publish it to the topic of its type, with that type."
_SCHEMA = "Register the schema, then send the message back."

REJECTION_CODES = {
    "NULL_VALUE": RejectionCode(
        "has no value (a tombstone)", "Publish the document with `cancelled`: inputs are not deleted."
    ),
    "EMPTY_VALUE": RejectionCode("has an empty or blank value", _SENDER),
    "OVERSIZED": RejectionCode(
        "is larger than `O2C_MAX_MESSAGE_BYTES`", "Raise the setting, restart the job, then send the message back."
    ),
    "BAD_UTF8": RejectionCode("is not UTF-8", _SENDER),
    "BAD_CHARACTER": RejectionCode(
        "has a control character in a field that may become a key, or half of a surrogate pair", _FIELD
    ),
    "NOT_JSON": RejectionCode("is neither JSON nor Avro", _SENDER),
    "MALFORMED_JSON": RejectionCode("is broken JSON", _SENDER),
    "TRUNCATED_JSON": RejectionCode("is JSON that ends too early", _WHOLE),
    "TRAILING_CHARACTERS": RejectionCode("has something behind the JSON", "Publish one document a message."),
    "TOO_DEEP": RejectionCode("is nested too deeply", _SENDER),
    "NOT_AN_OBJECT": RejectionCode(
        "is JSON or Avro, but no object or record", "Publish one document a message, as an object."
    ),
    "TRUNCATED_AVRO": RejectionCode("is Avro that ends too early", _WHOLE),
    "CORRUPT_AVRO": RejectionCode(
        "does not fit the schema that it names", "Write it with the schema whose id it carries, and publish it again."
    ),
    "TRAILING_BYTES": RejectionCode("has bytes behind the Avro value", "Publish one document a message."),
    "NO_SCHEMA_REGISTRY": RejectionCode(
        "is Avro, and `O2C_REGISTRY_URL` is not set", "Set it, restart the job, then send the message back."
    ),
    "UNKNOWN_SCHEMA": RejectionCode("names a schema id that the registry does not have", _SCHEMA),
    "BAD_SCHEMA": RejectionCode("names a schema that is no Avro schema", _SCHEMA),
    "SCHEMA_CONTRADICTS_TOPIC": RejectionCode("was written with the schema of another document type", _TYPE),
    "MISSING_TYPE": RejectionCode("says its document type neither itself nor by its topic", _TYPE),
    "UNKNOWN_TYPE": RejectionCode(
        "is of an unknown document type",
        _TYPE,
    ),
    "TYPE_CONTRADICTS_TOPIC": RejectionCode("says another document type than its topic", _TYPE),
    "UNSUPPORTED_SPECVERSION": RejectionCode(
        "is a CloudEvent of another version than 1.0", "Publish it as CloudEvents 1.0."
    ),
    "BAD_BASE64": RejectionCode("is a CloudEvent whose `data_base64` is not base64", _SENDER),
    "BAD_HEADER": RejectionCode("has a CloudEvents header that is not UTF-8", _SENDER),
    "MISSING_FIELD": RejectionCode("lacks a field that must be there", _FIELD),
    "MISSING_VALUE": RejectionCode(
        "has an empty string where something must stand, an order line without number, sku and item id, "
        "or a dispute without invoice and payment",
        _FIELD,
    ),
    "WRONG_TYPE": RejectionCode("has a field of the wrong JSON type", _FIELD),
    "INVALID_CHOICE": RejectionCode("has a value that is none of those allowed", _FIELD),
    "INVALID": RejectionCode("breaks another rule of its schema", _FIELD),
    "TOO_LONG": RejectionCode("has an id of more than 1,024 characters", _FIELD),
    "BAD_REVISION": RejectionCode("has a revision below 1 or past 2^63 - 1", _FIELD),
    "BAD_TIME": RejectionCode("has a time that is not RFC 3339", _FIELD),
    "NO_OFFSET": RejectionCode("has a time without offset", _FIELD),
    "TIME_OUT_OF_RANGE": RejectionCode("has a time outside the years 1 to 9999", _FIELD),
    "BAD_NUMBER": RejectionCode("has a text where a decimal must stand", _FIELD),
    "NOT_A_NUMBER": RejectionCode("has NaN or an infinity", _FIELD),
    "OUT_OF_RANGE": RejectionCode("has a number past 10^15, or an integer past what storage holds", _FIELD),
    "NEGATIVE_QUANTITY": RejectionCode(
        "has a quantity below zero in a document that reverses nothing",
        "Name in `reverses` the document that it takes back, or correct the quantity, and publish it again.",
    ),
    "UNKNOWN_CURRENCY": RejectionCode("has a currency that ISO 4217 does not know", _FIELD),
}
"""By code, in the order in which a message is read."""
