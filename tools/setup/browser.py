"""Find a Chromium for the browser tests, or install one.

python -m tools.setup.browser
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
_PACKAGES = ("chromium", "fonts-noto-cjk")
_SECONDS = 600


def find_browser() -> Path | None:
    """Find an installed Chromium; ``MALL_CHROMIUM`` names one. None: browser tests cannot run."""
    named = os.environ.get("MALL_CHROMIUM")
    if named:
        return Path(named) if Path(named).exists() else None
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    return Path(found) if found else _of_playwright()


def install_browser() -> bool:
    """Install one: the system's as root on Debian and its kin, else playwright's own."""
    apt = shutil.which("apt-get")
    if apt is not None and os.geteuid() == 0:
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        refreshed = _done([apt, "-qq", "update"], environ)
        install = [apt, "-qq", "-y", "install", "--no-install-recommends", *_PACKAGES]
        if refreshed and _done(install, environ):
            return True
    fetch = [sys.executable, "-m", "playwright", "install", "chromium"]
    return _done(fetch, dict(os.environ))


def main() -> None:
    """Find or install; say loudly when there is none, without failing the tests that need none."""
    if find_browser() is None:
        print("安装 Chromium · installing Chromium", flush=True)
        install_browser()
    if find_browser() is None:
        line = "!" * 78
        print(
            f"{line}\n! 没有 Chromium,浏览器测试将被跳过;请安装 chromium 和 fonts-noto-cjk。\n"
            "! NO CHROMIUM: the browser tests are LEFT OUT. Install chromium and fonts-noto-cjk,\n"
            f"! or name one with MALL_CHROMIUM=/path/to/chromium.\n{line}",
            flush=True,
        )


def _of_playwright() -> Path | None:
    kept = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    home = Path(kept) if kept else Path("~/.cache/ms-playwright").expanduser()
    return next(iter(sorted(home.glob("chromium-*/chrome-linux*/chrome"), reverse=True)), None)


def _done(command: list[str], environ: dict[str, str]) -> bool:
    try:
        ended = subprocess.run(  # noqa: S603 - fixed words
            command, env=environ, check=False, stdout=subprocess.DEVNULL, timeout=_SECONDS
        )
    except (subprocess.TimeoutExpired, OSError):
        return False
    return ended.returncode == 0


if __name__ == "__main__":
    main()
