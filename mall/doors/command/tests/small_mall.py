"""`mall up` with a stand-in for the web process, for tests of the supervisor."""

from mall.doors.command.speaking import plainly
from mall.doors.command.supervisor import up
from mall.kernel.settings import from_environment

if __name__ == "__main__":
    with plainly():
        up(from_environment(), {"web": ["mall.doors.command.tests.small_web"]})
