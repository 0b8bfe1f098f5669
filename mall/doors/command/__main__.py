"""``python -m mall.doors.command``."""

from mall.doors.command import main

if __name__ == "__main__":
    main()
