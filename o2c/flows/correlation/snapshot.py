"""An order's state as bytes: what the store keeps."""

import msgspec

from o2c.flows.correlation.order import OrderState

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(OrderState)


def encode(state: OrderState) -> bytes:
    """The state as MessagePack."""
    return _encoder.encode(state)


def decode(value: bytes) -> OrderState:
    """The state that `encode` wrote."""
    return _decoder.decode(value)
