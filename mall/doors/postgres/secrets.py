"""Secrets that a mall makes for itself, one file each, readable by nobody else."""

import os
import secrets
from pathlib import Path


def secret(data: Path, name: str) -> str:
    """Read the secret of this name, making it the first time. Two starts at once get the same."""
    folder = data / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / name
    if not file.exists():
        fresh = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_hex(32))
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(fresh, file)  # fails when the other one was first
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return file.read_text()
