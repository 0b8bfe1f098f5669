"""Mini program (小程序)."""

from mall.channels.rules import Channel

CHANNEL = Channel(titles={"zh-CN": "小程序", "en": "Mini program"}, staffed=False)
