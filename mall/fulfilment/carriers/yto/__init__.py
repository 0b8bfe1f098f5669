"""YTO Express (圆通速递)."""

from mall.fulfilment.rules import Carrier

CARRIER = Carrier(
    titles={"zh-CN": "圆通速递", "en": "YTO Express"},
    pattern=r"(YT)?\d{10,18}",
    link="https://www.yto.net.cn/tracesimple.html?no={no}",
)
