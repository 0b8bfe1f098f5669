"""The database's door: the embedded server, the two roles, the migrations.

PostgreSQL's programs come in a wheel and are run by ourselves: sockets and data are closed to
everybody else, passwords are SCRAM, and no permission above the data folder is touched.
"""

from mall.doors.postgres.cluster import Cluster, NoServer, throw_away_cluster
from mall.doors.postgres.migrating import migrate, pending
from mall.doors.postgres.roles import Urls, app_url, create_database, prepare
from mall.doors.postgres.secrets import secret

__all__ = [
    "Cluster",
    "NoServer",
    "Urls",
    "app_url",
    "create_database",
    "migrate",
    "pending",
    "prepare",
    "secret",
    "throw_away_cluster",
]
