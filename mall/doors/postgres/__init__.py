"""PostgreSQL for a mall: the embedded server, or the one that ``DATABASE_URL`` names.

``opened(settings)`` is the ordinary way in: it has the server running with its two roles inside the
``with`` and stops what it started. ``prepare`` does the same and leaves the server running.
``mall_owner`` migrates and owns every table; ``mall_app`` lives under row-level security.
"""

from mall.doors.postgres.addresses import Urls
from mall.doors.postgres.opening import (
    embedded_place,
    opened,
    prepare,
    stop,
    throw_away_server,
    urls,
)
from mall.doors.postgres.places import Place
from mall.doors.postgres.server import log_tail, running, start, stop_server

__all__ = [
    "Place",
    "Urls",
    "embedded_place",
    "log_tail",
    "opened",
    "prepare",
    "running",
    "start",
    "stop",
    "stop_server",
    "throw_away_server",
    "urls",
]
