"""What a proof has seen: printed, and kept for the page when ``make prove`` runs it."""

import json
import os
from pathlib import Path


def note(proof: str, figures: str) -> None:
    """Say what a proof has counted, in a few words; seeds belong to it."""
    print(f"\n{proof}: {figures}")
    kept = os.environ.get("MALL_NOTES")
    if kept:
        with Path(kept).open("a", encoding="utf-8") as notes:
            notes.write(json.dumps({"proof": proof, "figures": figures}) + "\n")


def noted(file: Path) -> list[str]:
    """Read what was kept, each with the name of its proof."""
    if not file.exists():
        return []
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return [f"{one['proof']}: {one['figures']}" for one in lines]
