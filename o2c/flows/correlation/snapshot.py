"""Orders and arrivals as bytes: what the store keeps, and what a backlog keeps in memory.

MessagePack, which is smaller and quicker; JSON for the few with a number of more than 64 bits (a unit price of 20
million has one, at twelve places), which MessagePack cannot hold. The first byte tells which.
"""

import msgspec

from o2c.flows.correlation.order import OrderState
from o2c.schemas.documents import Arrival

_packer = msgspec.msgpack.Encoder()
_writer = msgspec.json.Encoder()
_state_unpacker, _state_reader = msgspec.msgpack.Decoder(OrderState), msgspec.json.Decoder(OrderState)
_arrival_unpacker, _arrival_reader = msgspec.msgpack.Decoder(Arrival), msgspec.json.Decoder(Arrival)
_JSON = ord("[")


def encode(value: OrderState | Arrival) -> bytes:
    """The order's state, or the arrival, as bytes."""
    try:
        return _packer.encode(value)
    except OverflowError:
        return _writer.encode(value)


def decode(value: bytes) -> OrderState:
    """The state that `encode` wrote."""
    return _state_reader.decode(value) if value[0] == _JSON else _state_unpacker.decode(value)


def decode_arrival(value: bytes) -> Arrival:
    """The arrival that `encode` wrote."""
    return _arrival_reader.decode(value) if value[0] == _JSON else _arrival_unpacker.decode(value)
