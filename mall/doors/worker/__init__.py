"""The worker: delivers events, runs errands, makes the rounds.

python -m mall.doors.worker
"""

from mall.doors.worker.app import make_app
from mall.doors.worker.run import run_worker

__all__ = ["make_app", "run_worker"]
