"""ZTO Express (中通快递)."""

from mall.fulfilment.rules import Carrier

CARRIER = Carrier(
    titles={"zh-CN": "中通快递", "en": "ZTO Express"},
    pattern=r"\d{12,15}",
    link="https://www.zto.com/express/expressCheck.html?txtBill={no}",
)
