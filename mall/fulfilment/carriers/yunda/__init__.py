"""Yunda Express (韵达快递)."""

from mall.fulfilment.rules import Carrier

CARRIER = Carrier(
    titles={"zh-CN": "韵达快递", "en": "Yunda Express"},
    pattern=r"\d{13,15}",
    link="",
)
