"""What tenants announce."""

from dataclasses import dataclass

from mall.kernel.events import Event
from mall.kernel.ids import TenantId


@dataclass(frozen=True)
class TenantChanged(Event):
    """Facts that a mall shows have changed."""

    name = "tenants.changed.v1"
    tenant_id: TenantId
