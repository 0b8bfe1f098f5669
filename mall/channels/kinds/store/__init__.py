"""Store (门店)."""

from mall.channels.rules import Channel

CHANNEL = Channel(titles={"zh-CN": "门店", "en": "Store"}, staffed=True)
