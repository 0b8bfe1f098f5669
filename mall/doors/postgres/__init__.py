"""The database's door: the embedded server, the two roles, the migrations.

PostgreSQL's programs come in a wheel and are run by ourselves: sockets and data are closed to
everybody else, passwords are SCRAM, and no permission above the data folder is touched.
"""

from mall.doors.postgres.cluster import Cluster, NoServer, throw_away_cluster
from mall.doors.postgres.migrating import migrate, pending
from mall.doors.postgres.roles import Urls, create_database, prepare

__all__ = [
    "Cluster",
    "NoServer",
    "Urls",
    "create_database",
    "migrate",
    "pending",
    "prepare",
    "throw_away_cluster",
]
