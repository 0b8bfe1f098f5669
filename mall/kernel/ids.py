"""Every kind of identifier, alphabetical and append-only; mixing two kinds is a type error."""

import os
import time
from typing import NewType
from uuid import UUID

AddressId = NewType("AddressId", UUID)
AssetId = NewType("AssetId", UUID)
AttemptId = NewType("AttemptId", UUID)
AttributeId = NewType("AttributeId", UUID)
BrandId = NewType("BrandId", UUID)
CategoryId = NewType("CategoryId", UUID)
FreightTemplateId = NewType("FreightTemplateId", UUID)
GuestId = NewType("GuestId", UUID)
LocationId = NewType("LocationId", UUID)
MemberId = NewType("MemberId", UUID)
MessageId = NewType("MessageId", UUID)
OrderId = NewType("OrderId", UUID)
ParcelId = NewType("ParcelId", UUID)
ProductId = NewType("ProductId", UUID)
RefundId = NewType("RefundId", UUID)
SessionId = NewType("SessionId", UUID)
ShopperId = NewType("ShopperId", UUID)
SkuId = NewType("SkuId", UUID)
StaffId = NewType("StaffId", UUID)
TenantId = NewType("TenantId", UUID)

_VERSION_AND_VARIANT = (7 << 76) | (2 << 62)
_RANDOM = ~((0xF << 76) | (0x3 << 62)) & ((1 << 80) - 1)


def new_uuid() -> UUID:
    """Make a fresh identifier: version 7, so that rows made together lie together (RFC 9562)."""
    random = int.from_bytes(os.urandom(10)) & _RANDOM
    return UUID(int=(time.time_ns() // 1_000_000 << 80) | random | _VERSION_AND_VARIANT)
