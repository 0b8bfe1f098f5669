"""What a process remembers of a mall's goods, for as long as it is true.

Whoever changes a table that is marked ``"info": {"remembered": True}`` raises the mall's version
right before the commit. A process that shows a mall asks for its version twice a second and
forgets everything when it has moved: what it tells is half a second old at most, and most
questions never reach the database.

What cannot be remembered, like stock, is asked together: whoever comes while a question is being
answered shares the next one. Where half a second does not matter, it is asked twice a second, and
for everything that was wanted lately.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from mall.kernel.ids import TenantId
from mall.kernel.lanes import Lane

CHECKED_EVERY = 0.5  # seconds
_ANSWERS_AT_MOST = 100_000  # of all malls of this process
_EARLY = 0.8  # of that time, after which what may be so old is asked again
_WANTED_FOR = 5.0  # seconds that something is asked again after somebody has wanted it
_WANTED_AT_MOST = 2_000  # keys that are, of one mall
_SEEN_AT_MOST = 20_000  # keys of all malls
_ABSENT = object()

type Answers = dict[Any, Any]
type Ask = Callable[[TenantId, Any, Sequence[Any]], Awaitable[Mapping[Any, Any]]]
type AskVersion = Callable[[TenantId], Awaitable[int]]


@dataclass(slots=True)
class Snapshot:
    """What is known of one mall at one version; keys without an answer are known as absent."""

    version: int
    checked_at: float
    answers: dict[Any, Answers] = field(default_factory=dict[Any, Answers])

    def known(self, load: Hashable, keys: Sequence[Any]) -> tuple[Answers, list[Any]]:
        """Give what is remembered of the keys, and the keys that have to be asked for."""
        mine = self.answers.get(load)
        if mine is None:
            return {}, list(keys)
        found: Answers = {}
        missing: list[Any] = []
        for key in keys:
            value = mine.get(key)
            if value is None:
                missing.append(key)
            elif value is not _ABSENT:
                found[key] = value
        return found, missing

    def learn(self, load: Hashable, keys: Sequence[Any], found: Mapping[Any, Any]) -> None:
        """Remember what was found of the keys."""
        mine = self.answers.setdefault(load, {})
        for key in keys:
            mine[key] = found.get(key, _ABSENT)


@dataclass(slots=True)
class _Seen:
    """What was found of one key, and when somebody has wanted it last."""

    value: Any
    wanted: float


@dataclass(slots=True)
class _Lately:
    """What was seen within half a second, by key."""

    began: float
    seen: dict[Any, _Seen]


class Snapshots:
    """The snapshots of one process, and the questions that its requests ask together."""

    def __init__(self, ask: Ask, ask_version: AskVersion) -> None:
        """``ask`` loads keys in a transaction of its own, ``ask_version`` the mall's version."""
        self._ask = ask
        self._ask_version = ask_version
        self._mine: dict[TenantId, Snapshot] = {}
        self._checks: dict[TenantId, asyncio.Task[Snapshot]] = {}
        self._lanes: dict[tuple[TenantId, Hashable], Lane[Sequence[Any], Answers]] = {}
        self._lately: dict[TenantId, dict[Hashable, _Lately]] = {}
        self._renewals: dict[tuple[TenantId, Hashable], asyncio.Task[_Lately]] = {}
        self._answers = 0
        self._seen = 0  # keys in what was seen lately

    async def recall(self, tenant_id: TenantId, load: Hashable, keys: Sequence[Any]) -> Answers:
        """Give what is known of the keys, asking for those that are not; absent keys are left out.

        An answer is never older than half a second and the time of one question.
        """
        snapshot = await self.current(tenant_id)
        found, missing = snapshot.known(load, keys)
        if missing:
            asked = await self.together(tenant_id, load, missing)
            self.learn(snapshot, load, missing, asked)
            found.update(asked)
        return found

    async def current(self, tenant_id: TenantId) -> Snapshot:
        """Give the snapshot of the version that the mall had half a second ago or later."""
        snapshot = self._mine.get(tenant_id)
        if snapshot is None or snapshot.checked_at + CHECKED_EVERY < monotonic():
            snapshot = await self._checked(tenant_id)
        return snapshot

    def at(self, tenant_id: TenantId, version: int) -> Snapshot:
        """Give what is known at a version that was read just now."""
        snapshot = self._mine.get(tenant_id)
        if snapshot is None or snapshot.version != version:
            snapshot = self._mine[tenant_id] = Snapshot(version, monotonic())
        return snapshot

    def learn(
        self, snapshot: Snapshot, load: Hashable, keys: Sequence[Any], found: Mapping[Any, Any]
    ) -> None:
        """Remember answers that were read after the snapshot's version was."""
        self._answers += len(keys)
        if self._answers > _ANSWERS_AT_MOST:
            self._mine.clear()
            self._answers = len(keys)
        snapshot.learn(load, keys, found)

    async def together(self, tenant_id: TenantId, load: Hashable, keys: Sequence[Any]) -> Answers:
        """Ask for keys in one question with all who ask for the same kind of thing now."""
        lane = self._lanes.get((tenant_id, load))
        if lane is None:
            lane = self._lanes[tenant_id, load] = self._lane(tenant_id, load)
        return await lane.submit(keys)

    async def lately(self, tenant_id: TenantId, load: Hashable, keys: Sequence[Any]) -> Answers:
        """Give what was found of the keys half a second ago or later; absent keys are left out."""
        mine, now = self._seen_lately(tenant_id, load), monotonic()
        if mine is None or mine.began + CHECKED_EVERY < now:
            mine = await asyncio.shield(self._renewal(tenant_id, load))
        elif mine.began + _EARLY * CHECKED_EVERY < now:
            self._renewal(tenant_id, load)  # so that nobody has to wait for it
        found: Answers = {}
        missing: list[Any] = []
        for key in keys:
            one = mine.seen.get(key)
            if one is None:
                missing.append(key)
                continue
            one.wanted = now
            if one.value is not _ABSENT:
                found[key] = one.value
        if missing:
            asked = await self.together(tenant_id, load, missing)
            before = len(mine.seen)
            mine.seen.update({key: _Seen(asked.get(key, _ABSENT), now) for key in missing})
            if self._seen_lately(tenant_id, load) is mine:  # else it was renewed meanwhile
                self._seen += len(mine.seen) - before
            found.update(asked)
        return found

    def _seen_lately(self, tenant_id: TenantId, load: Hashable) -> _Lately | None:
        return self._lately.get(tenant_id, {}).get(load)

    def _renewal(self, tenant_id: TenantId, load: Hashable) -> asyncio.Task[_Lately]:
        """Ask again for everything that was wanted lately, once for all who come now."""
        which = tenant_id, load
        running = self._renewals.get(which)
        if running is None:
            running = self._renewals[which] = asyncio.ensure_future(self._renew(*which))
            running.add_done_callback(lambda task: task.cancelled() or task.exception())
        return running

    async def _renew(self, tenant_id: TenantId, load: Hashable) -> _Lately:
        try:
            began, before = monotonic(), self._seen_lately(tenant_id, load)
            wanted = {
                key: one.wanted
                for key, one in (before.seen.items() if before else ())
                if one.wanted + _WANTED_FOR > began
            }
            while len(wanted) > _WANTED_AT_MOST:
                wanted.popitem()
            found = await self.together(tenant_id, load, list(wanted)) if wanted else {}
            seen = {key: _Seen(found.get(key, _ABSENT), at) for key, at in wanted.items()}
            mine = _Lately(began, seen)
            if self._seen > _SEEN_AT_MOST:
                self._lately.clear()
                self._seen = 0
            replaced = self._seen_lately(tenant_id, load)
            self._seen += len(seen) - (len(replaced.seen) if replaced else 0)
            self._lately.setdefault(tenant_id, {})[load] = mine
            return mine
        finally:
            self._renewals.pop((tenant_id, load), None)

    def outdate(self, tenant_id: TenantId, load: Hashable, keys: Iterable[Any]) -> None:
        """Ask anew for keys that this process has just changed; others hear half a second later."""
        if (mine := self._seen_lately(tenant_id, load)) is not None:
            before = len(mine.seen)
            for key in keys:
                mine.seen.pop(key, None)
            self._seen += len(mine.seen) - before

    def forget(self, tenant_id: TenantId) -> None:
        """Ask anew, because something has just changed."""
        self._mine.pop(tenant_id, None)
        for lately in self._lately.get(tenant_id, {}).values():
            lately.began = 0.0

    def _lane(self, tenant_id: TenantId, load: Hashable) -> Lane[Sequence[Any], Answers]:
        async def serve(asked: Sequence[Sequence[Any]]) -> Sequence[Answers]:
            keys = list(dict.fromkeys(key for some in asked for key in some))
            found = await self._ask(tenant_id, load, keys)
            return [{key: found[key] for key in some if key in found} for some in asked]

        return Lane(serve)

    async def _checked(self, tenant_id: TenantId) -> Snapshot:
        running = self._checks.get(tenant_id)
        if running is None:
            running = asyncio.ensure_future(self._check(tenant_id))
            self._checks[tenant_id] = running
        return await asyncio.shield(running)

    async def _check(self, tenant_id: TenantId) -> Snapshot:
        try:
            asked_at = monotonic()
            snapshot = self.at(tenant_id, await self._ask_version(tenant_id))
            snapshot.checked_at = asked_at
            return snapshot
        finally:
            self._checks.pop(tenant_id, None)
