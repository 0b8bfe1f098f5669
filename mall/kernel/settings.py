"""How this mall is run: read once from the environment, then passed on as a value."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

# Each takes some 120 MB, and a mall that rests should fit into 600.
_WEB_PROCESSES_AT_MOST = 2  # unless told


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says. Rooms never see it; doors hand out what a room may use."""

    data: Path  # the data folder: database, files, secrets, logs
    port: int  # of the web process
    database_url: str | None  # None: the embedded server. Owner credentials, libpq style
    app_database_url: str | None  # None: derived; credentials of the role under row-level security
    files_url: str | None  # None: a folder in ``data``; else an S3-compatible address for obstore
    base_domain: str  # malls live on <slug>.<base_domain>; the bare name shows the directory
    demo: bool  # demo data, the development inbox and the payment simulator are on
    pay_simulator_port: int
    web_processes: int  # that `mall up` runs
    smtp: Mapping[str, str] = field(default_factory=dict[str, str])  # host, port, user, password
    requests_per_second: int = 50  # that one visitor may make in the long run; 0: no limit
    tenant_requests_per_second: int = 0  # that a process takes for one mall; 0: no limit
    host: str = "127.0.0.1"  # address that web listens on; 0.0.0.0 opens it to the network
    web_socket: int | None = None  # descriptor of an open socket to listen on instead
    web_table: int | None = None  # descriptor of a file in which those who listen there count
    web_number: int = 0  # of this process among them, from 0

    @property
    def url(self) -> str:
        """The address of the bare host, as a browser on this machine reaches it."""
        return f"http://{self.base_domain}:{self.port}"


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read ``MALL_*`` and ``DATABASE_URL``. Raises ValueError naming the variable that is wrong."""
    port, cores = _number(environ, "MALL_PORT", 8000), os.cpu_count() or 1
    smtp = {
        name: environ[f"MALL_SMTP_{name.upper()}"]
        for name in ("host", "port", "user", "password", "sender")
        if environ.get(f"MALL_SMTP_{name.upper()}")
    }
    return Settings(
        data=Path(environ.get("MALL_DATA") or ".mall").absolute(),
        port=port,
        database_url=environ.get("DATABASE_URL") or None,
        app_database_url=environ.get("MALL_APP_DATABASE_URL") or None,
        files_url=environ.get("MALL_FILES_URL") or None,
        base_domain=environ.get("MALL_DOMAIN") or "localhost",
        demo=(environ.get("MALL_DEMO") or "1") not in {"0", "no", "false"},
        pay_simulator_port=_number(environ, "MALL_PAY_PORT", port + 1),
        web_processes=_number(environ, "MALL_WEB_PROCESSES", min(cores, _WEB_PROCESSES_AT_MOST)),
        smtp=smtp,
        requests_per_second=_number(environ, "MALL_REQUESTS_PER_SECOND", 50, least=0),
        tenant_requests_per_second=_number(environ, "MALL_TENANT_REQUESTS_PER_SECOND", 0, least=0),
        host=environ.get("MALL_HOST") or "127.0.0.1",
        web_socket=_number(environ, "MALL_WEB_SOCKET", 0, least=0) or None,
        web_table=_number(environ, "MALL_WEB_TABLE", 0, least=0) or None,
        web_number=_number(environ, "MALL_WEB_NUMBER", 0, least=0),
    )


def _number(environ: Mapping[str, str], name: str, default: int, *, least: int = 1) -> int:
    raw = environ.get(name) or str(default)
    if not raw.isdecimal() or not least <= int(raw) < 65536:
        raise ValueError(f"{name} must be a number from {least} to 65535, not {raw!r}")
    return int(raw)
