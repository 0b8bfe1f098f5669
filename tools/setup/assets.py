"""Build the storefront's styles and script, when their sources changed.

python -m tools.setup.assets
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

from tools.setup.node import Node, find_node

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "mall" / "doors" / "storefront" / "assets"
BUILT = ROOT / "mall" / "doors" / "storefront" / "static"
_TEMPLATES = ROOT / "mall" / "doors" / "storefront" / "templates"
_LEFT_OUT = {"node_modules", "dist"}


def fingerprint(*folders: Path) -> str:
    """Sum up the content of all files below the folders, installed packages left out."""
    summed = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and _LEFT_OUT.isdisjoint(path.relative_to(folder).parts):
                summed.update(f"\0{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return summed.hexdigest()


def build(sources: Path = SOURCES, built: Path = BUILT) -> bool:
    """Build if anything changed since the last time; tell whether it did."""
    if not (sources / "package.json").exists():
        return False
    stamp = sources / "node_modules" / ".built"
    want = fingerprint(sources, _TEMPLATES)
    with (sources / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if built.exists() and stamp.exists() and stamp.read_text() == want:
            return False
        node = find_node()
        installed, packages = sources / "node_modules" / ".installed", _packages(sources)
        if not installed.exists() or installed.read_text() != packages:
            print("安装前端依赖 · installing the front end's packages", flush=True)
            _npm(node, sources, "ci", "--no-fund", "--no-audit", "--loglevel=error")
            installed.write_text(packages)
        print("构建页面样式与脚本 · building styles and script", flush=True)
        _npm(node, sources, "run", "--silent", "build")
        stamp.write_text(fingerprint(sources, _TEMPLATES))
    return True


def _packages(sources: Path) -> str:
    return hashlib.sha256((sources / "package-lock.json").read_bytes()).hexdigest()


def _npm(node: Node, folder: Path, *arguments: str) -> None:
    (folder / "node_modules").mkdir(exist_ok=True)
    environ = {"CI": "1", **node.environ}
    if not os.environ.get("HOME"):
        environ["npm_config_cache"] = str(ROOT / ".mall-tools" / "npm")
    subprocess.run(  # noqa: S603 - npm with fixed arguments
        [*node.npm, *arguments], cwd=folder, env=environ, check=True
    )


def main() -> None:
    """Build, or end with one sentence."""
    try:
        build()
    except (subprocess.CalledProcessError, FileNotFoundError) as failure:
        sys.exit(f"✗ 前端构建失败:{failure}\n  The front end could not be built: {failure}")


if __name__ == "__main__":
    main()
