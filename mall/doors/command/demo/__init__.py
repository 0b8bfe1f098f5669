"""Demo goods of two malls, as plain data and pictures; nothing is fetched or drawn at run time."""

from mall.doors.command.demo.goods import PICTURES, DemoMall, demo_mall, demo_malls

__all__ = ["PICTURES", "DemoMall", "demo_mall", "demo_malls"]
