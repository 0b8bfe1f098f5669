"""The database's door: the embedded server, the two roles, the addresses.

PostgreSQL's programs come in a wheel and are run by ourselves: sockets and data are closed to
everybody else, passwords are SCRAM, and no permission above the data folder is touched.
``migrating`` is beside this face, so that a process that only serves need not load it.
"""

from mall.doors.postgres.addresses import Urls, libpq
from mall.doors.postgres.cluster import Cluster, NoServer, throw_away_cluster
from mall.doors.postgres.roles import Unreachable, app_url, create_database, prepare, urls
from mall.doors.postgres.secrets import secret

__all__ = [
    "Cluster",
    "NoServer",
    "Unreachable",
    "Urls",
    "app_url",
    "create_database",
    "libpq",
    "prepare",
    "secret",
    "throw_away_cluster",
    "urls",
]
