"""An order's state as bytes: what the store keeps.

MessagePack, which is smaller and quicker; JSON for the few orders with a number of more than 64 bits (a unit price of
20 million has one, at twelve places), which MessagePack cannot hold. The first byte tells which.
"""

import msgspec

from o2c.flows.correlation.order import OrderState

_packer = msgspec.msgpack.Encoder()
_unpacker = msgspec.msgpack.Decoder(OrderState)
_writer = msgspec.json.Encoder()
_reader = msgspec.json.Decoder(OrderState)
_JSON = ord("[")


def encode(state: OrderState) -> bytes:
    """The state as bytes."""
    try:
        return _packer.encode(state)
    except OverflowError:
        return _writer.encode(state)


def decode(value: bytes) -> OrderState:
    """The state that `encode` wrote."""
    return _reader.decode(value) if value[0] == _JSON else _unpacker.decode(value)
