"""Web pages (网页)."""

from mall.channels.rules import Channel

CHANNEL = Channel(titles={"zh-CN": "网页", "en": "Web pages"}, staffed=False)
