"""`mall up` with stand-ins for the web processes alone, for tests of the supervisor."""

from mall.doors.command.speaking import plainly
from mall.doors.command.supervisor import modules_of, part_of, up
from mall.kernel.settings import from_environment

if __name__ == "__main__":
    with plainly():
        settings = from_environment()
        web = [name for name in modules_of(settings) if part_of(name) == "web"]
        up(settings, {name: ["mall.doors.command.tests.small_web"] for name in web})
