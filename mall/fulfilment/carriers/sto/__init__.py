"""STO Express (申通快递)."""

from mall.fulfilment.rules import Carrier

CARRIER = Carrier(
    titles={"zh-CN": "申通快递", "en": "STO Express"},
    pattern=r"\d{12,15}",
    link="https://www.sto.cn/pc/service-page/express-query?no={no}",
)
