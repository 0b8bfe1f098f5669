"""What a process holds once its house is open."""

import gc
from pathlib import Path

from mall.doors.house import open_house
from mall.kernel.settings import from_environment


async def test_a_full_collection_finds_little_to_look_through(tmp_path: Path) -> None:
    gc.unfreeze()
    everything = len(gc.get_objects())
    told = {"MALL_DATA": str(tmp_path), "MALL_APP_DATABASE_URL": "postgresql://nobody.invalid/mall"}
    async with open_house(from_environment(told)):
        assert len(gc.get_objects()) < everything / 100
    gc.unfreeze()
