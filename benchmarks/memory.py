"""Memory of a whole idle mall with the demo goods: every process, shared pages counted once.

python -m benchmarks.memory
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.running import free_port, machine

_SETTLED_AFTER = 20  # seconds; caches are filled and the first rounds made


def main() -> None:
    """Open a mall, let it rest, print what its processes hold, and one JSON object."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o711)  # the database server's own user passes through
        environ = dict(os.environ) | {"MALL_DATA": folder, "MALL_PORT": str(free_port())}
        command = [sys.executable, "-m", "mall.doors.command", "up"]
        mall = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)
        try:
            assert mall.stdout is not None
            while not (line := mall.stdout.readline()).startswith("ready "):
                if not line:
                    raise SystemExit("the mall does not open")
            time.sleep(_SETTLED_AFTER)
            held = {name: pss(pid) for pid, name in family(mall.pid).items()}
        finally:
            mall.terminate()
            mall.wait(60)
    print(f"\n{machine()}; proportional set size in MB, demo goods, idle\n")
    by_kind = dict[str, float]()
    for (kind, _), megabytes in held.items():
        by_kind[kind] = by_kind.get(kind, 0) + megabytes
    for kind, megabytes in sorted(by_kind.items(), key=lambda entry: -entry[1]):
        print(f"  {kind:12} {megabytes:8.1f}")
    print(json.dumps({"pss_mb": round(sum(by_kind.values()), 1)}))


def family(pid: int) -> dict[int, tuple[str, int]]:
    """List a process and all below it, with what each is."""
    below = dict[int, list[int]]()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        below.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, waiting = dict[int, tuple[str, int]](), [pid]
    while waiting:
        one = waiting.pop()
        found[one] = (_kind(one), one)
        waiting += below.get(one, [])
    return found


def _kind(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    kinds = {"postgres": "postgres", "simulator": "simulator", " worker": "worker", " web": "web"}
    return next((kind for word, kind in kinds.items() if word in words), "supervisor")


def pss(pid: int) -> float:
    """Read the proportional set size of a process, in MB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise SystemExit(f"process {pid} does not say what it holds")


if __name__ == "__main__":
    main()
