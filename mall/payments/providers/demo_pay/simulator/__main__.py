"""Start the provider.

Asked for by its long name, Python has loaded the whole mall on the way here. The provider wants
nothing of it, so it starts again under a short name, in the same process, alone and small.
"""

import os
import sys
from pathlib import Path

_ALONE = "simulator"


def main() -> None:
    """Listen until the process is told to end."""
    import logging
    import signal

    from .options import parsed
    from .server import Provider, Server

    options = parsed(sys.argv[1:])
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    provider = Provider(options)
    server = Server((options.host, options.port), provider)

    def stop(_: int, __: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    logging.getLogger("demo_pay").info("listening on %s:%s", options.host, options.port)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        provider.end()


if __name__ == "__main__":
    if __package__ == _ALONE:
        main()
    else:
        folder = str(Path(__file__).parents[1])
        before = os.environ.get("PYTHONPATH")
        path = os.pathsep.join([folder, before] if before else [folder])
        arguments = [sys.executable, "-m", _ALONE, *sys.argv[1:]]
        os.execve(sys.executable, arguments, os.environ | {"PYTHONPATH": path})  # noqa: S606
