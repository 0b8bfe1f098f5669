"""The audit: who changed what, from what, to what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import msgspec

from mall.kernel.db import Tx
from mall.kernel.ids import new_uuid
from mall.kernel.tables import AuditRow
from mall.kernel.time import Instant


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something."""

    kind: Literal["staff", "member", "guest", "system"]
    id: UUID | None  # None: the system
    name: str


SYSTEM = Actor("system", None, "system")


async def record(
    tx: Tx,
    actor: Actor,
    action: str,
    subject: tuple[str, UUID],
    before: Any,
    after: Any,
    now: Instant,
) -> None:
    """Write one entry. ``before`` None: the thing is new; ``after`` None: it is gone.

    Values are anything msgspec can turn into a JSON object. Secrets must be left out by the caller.
    """
    await record_all(tx, actor, action, [(subject, before, after)], now)


async def record_all(
    tx: Tx,
    actor: Actor,
    action: str,
    changes: Sequence[tuple[tuple[str, UUID], Any, Any]],
    now: Instant,
) -> None:
    """Write an entry for each change: subject, before, after, as ``record`` does for one."""
    rows = [
        {
            "id": new_uuid(),
            "at": now,
            "actor_kind": actor.kind,
            "actor_id": actor.id,
            "actor_name": actor.name,
            "action": action,
            "subject_kind": subject[0],
            "subject_id": subject[1],
            "before": None if before is None else msgspec.to_builtins(before),
            "after": None if after is None else msgspec.to_builtins(after),
        }
        for subject, before, after in changes
    ]
    await tx.insert(AuditRow, rows)
