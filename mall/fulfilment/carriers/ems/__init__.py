"""China Post EMS (邮政 EMS)."""

from mall.fulfilment.rules import Carrier

CARRIER = Carrier(
    titles={"zh-CN": "邮政 EMS", "en": "China Post EMS"},
    pattern=r"([A-Z]{2}\d{9}[A-Z]{2}|\d{13})",
    link="https://www.ems.com.cn/queryList?mailNum={no}",
)
