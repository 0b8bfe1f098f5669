"""Channels: where a mall sells - its web pages, a mini program, its stores.

hears      -
announces  -
"""

from mall.channels.kinds import load_kinds
from mall.channels.rules import Channel

__all__ = ["Channel", "load_kinds"]
