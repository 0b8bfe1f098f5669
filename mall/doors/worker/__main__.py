"""``python -m mall.doors.worker``."""

from mall.doors.worker.run import main

if __name__ == "__main__":
    main()
