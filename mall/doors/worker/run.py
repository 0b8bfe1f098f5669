"""The life of a worker process."""

import logging

import uvloop

from mall.doors.house import open_house
from mall.doors.worker.app import AT_ONCE, make_app
from mall.kernel.settings import Settings, from_environment


async def run_worker(settings: Settings) -> None:
    """Work until SIGINT or SIGTERM; unfinished jobs get 20 seconds, then go to the next worker."""
    async with open_house(settings) as house:
        app = make_app(house.app_url, house.db, house.outside)
        async with app.open_async():
            await app.run_worker_async(
                concurrency=AT_ONCE,
                fetch_job_polling_interval=1.0,
                update_heartbeat_interval=5.0,
                stalled_worker_timeout=20.0,
                shutdown_graceful_timeout=20.0,
                delete_jobs="successful",
            )


def main() -> None:
    """Run as a program."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    uvloop.run(run_worker(from_environment()))
