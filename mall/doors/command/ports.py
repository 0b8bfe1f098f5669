"""Addresses that servers of ours listen on, or could."""

import json
import socket
import urllib.request

from mall.doors.trouble import Trouble


def port_is_free(host: str, port: int) -> bool:
    """Tell whether a server could listen there now. Raises Trouble when we never may."""
    probe = bound(host, port)
    if probe is not None:
        probe.close()
    return probe is not None


def bound(host: str, port: int) -> socket.socket | None:
    """Take an address to listen on. None: somebody else has. Raises Trouble when we never may."""
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except PermissionError:
        made.close()
        raise Trouble(
            f"没有权限使用端口 {port};请用 1024 以上的端口。",
            f"Port {port} needs more rights; use one above 1024.",
        ) from None
    except OSError:
        made.close()
        return None
    return made


def answer_of(address: str) -> object:
    """Give the JSON that one of our servers answers with. None: it does not, or is not well."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - http, our own
            return json.load(answer)
    except (OSError, ValueError):
        return None
