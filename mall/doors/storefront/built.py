"""What the build of the front end left: styles, script and the drawings of the icons."""

import json
from functools import cache
from pathlib import Path
from typing import Any, cast

from markupsafe import Markup

BUILT = Path(__file__).parent / "static"
_SCRIPT = "src/main.js"


@cache
def sheet(*kinds: str) -> str:
    """Join what every page needs of styles, and what these kinds of page need besides."""
    files = [address(f"src/styles/{name}.css") for name in ("main", *kinds)]
    return "".join((BUILT / file.rpartition("/")[2]).read_text() for file in files if file)


def script() -> str:
    """Give the address of the script."""
    return address(_SCRIPT)


@cache
def address(source: str) -> str:
    """Find the built name of a source; "" when nothing was built (tests that show no page)."""
    file = _read("manifest.json").get(source, {}).get("file", "")
    return f"/assets/{file}" if file else ""


@cache
def icon(name: str, kind: str = "") -> Markup:
    """Draw one of our icons in the colour of the words around it; readers do not hear of it."""
    drawing = _read("icons.json").get(name, "")
    classes = f"icon icon--{kind}" if kind else "icon"
    return Markup(  # noqa: S704 - the drawings are ours
        f'<svg class="{classes}" viewBox="0 0 24 24" aria-hidden="true">{drawing}</svg>'
    )


@cache
def _read(name: str) -> dict[str, Any]:
    path = BUILT / name
    return cast("dict[str, Any]", json.loads(path.read_bytes())) if path.exists() else {}
