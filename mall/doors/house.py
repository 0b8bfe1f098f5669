"""What a process of the mall holds: the database, the outside, the lanes, short memories."""

import gc
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from obstore.store import LocalStore, ObjectStore, from_url

from mall.doors.lanes import Lanes
from mall.doors.memories import Memory
from mall.doors.postgres import app_url, secret
from mall.doors.postgres.history import fingerprint
from mall.doors.strangers import Strangers
from mall.kernel import schema
from mall.kernel.crypto import Secrets
from mall.kernel.db import Database
from mall.kernel.ids import TenantId
from mall.kernel.outside import Outside, client
from mall.kernel.settings import Settings
from mall.members import Session
from mall.staff import StaffMember
from mall.tenants import Tenant

NOBODY = TenantId(UUID(int=0))  # sees the directory of malls and nothing else
_AT_ONCE = 128  # requests that may wait for somebody outside; the places of orders


@dataclass(slots=True)
class House:
    """Everything that requests and jobs of this process share."""

    settings: Settings
    app_url: str
    db: Database
    outside: Outside
    fingerprint: str = field(default_factory=fingerprint)  # of the migrations of this code
    lanes: Lanes = field(init=False)
    strangers: Strangers = field(default_factory=lambda: Strangers(_AT_ONCE))
    malls: Memory[str, Tenant | None] = field(default_factory=lambda: Memory(1.0, 4_096))
    sessions: Memory[tuple[TenantId, bytes], Session | None] = field(
        default_factory=lambda: Memory(1.0, 65_536)
    )
    staff: Memory[tuple[TenantId, bytes], StaffMember | None] = field(
        default_factory=lambda: Memory(1.0, 4_096)
    )

    def __post_init__(self) -> None:
        """Build the lanes on what was given."""
        self.lanes = Lanes(self.db)


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncGenerator[House]:
    """Open the database and the outside for one process; close them at the end."""
    schema.import_all("tables", "reactions", "errands", "sweeps")
    url = settings.app_database_url or app_url(settings)
    db = Database(url, connections=12)
    http = client()
    try:
        secrets = Secrets(secret(settings.data, "root").encode())
        settings_of_providers = dict(os.environ) | {"MALL_DATA": str(settings.data)}
        outside = Outside(http, files_of(settings), secrets, settings_of_providers, settings.smtp)
        house = House(settings, url, db, outside)
        gc.collect()
        gc.freeze()  # what is loaded stays; to look through it time and again takes 100 ms each
        yield house
    finally:
        await http.aclose()
        await db.close()


def files_of(settings: Settings) -> ObjectStore:
    """Open the store of uploaded files: the data folder, or an S3-compatible service."""
    if settings.files_url:
        return from_url(settings.files_url)
    folder = settings.data / "files"
    folder.mkdir(parents=True, exist_ok=True)
    return LocalStore(str(folder))
