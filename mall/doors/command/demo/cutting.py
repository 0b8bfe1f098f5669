"""Pictures of a demo mall on their way into the store: nearly all of the work of seeding."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

from mall import media
from mall.doors.command.demo.goods import DemoMall
from mall.kernel.db import Tx
from mall.kernel.i18n import Texts
from mall.kernel.ids import AssetId, TenantId
from mall.kernel.outside import Outside
from mall.kernel.time import Instant
from mall.media import Picture

type Told = Callable[[int, int], None]  # pictures that are cut, and how many there are to cut


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures that one mall still lacks, on their way into the store."""

    cutting: Mapping[str, asyncio.Task[Picture]]

    async def ready(self, names: Iterable[str]) -> None:
        """Wait until these are cut and their files are stored."""
        await asyncio.gather(*(self.cutting[name] for name in set(names)))

    async def write_down(
        self, tx: Tx, shown: Mapping[str, Texts], now: Instant
    ) -> dict[str, AssetId]:
        """Write down pictures that are ready, with what they show."""
        images = dict[str, AssetId]()
        for name, alt in shown.items():
            made = self.cutting[name].result()
            images[name] = (await media.record(tx, made, name=name, alt=alt, now=now)).id
        return images


@asynccontextmanager
async def cut(
    outside: Outside, goods: DemoMall, tenant_id: TenantId, names: Sequence[str], told: Told
) -> AsyncGenerator[Pictures]:
    """Cut pictures in this order inside the ``with``, on every cutter that media has."""
    done = count(1)

    async def one(name: str) -> Picture:
        content = await asyncio.to_thread(goods.picture(name).read_bytes)
        made = await media.make_picture(outside, tenant_id, content)
        told(next(done), len(cutting))
        return made

    cutting = {name: asyncio.create_task(one(name)) for name in names}
    try:
        yield Pictures(cutting)
    finally:
        for task in cutting.values():
            task.cancel()
        await asyncio.gather(*cutting.values(), return_exceptions=True)
