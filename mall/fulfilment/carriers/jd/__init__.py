"""JD Logistics (京东物流)."""

from mall.fulfilment.rules import Carrier

CARRIER = Carrier(
    titles={"zh-CN": "京东物流", "en": "JD Logistics"},
    pattern=r"(JD)?[0-9A-Z]{10,20}(-\d+-\d+-?)?",
    link="https://www.jdl.com/orderSearch/?waybillCodes={no}",
)
