"""SF Express (顺丰速运)."""

from mall.fulfilment.rules import Carrier

CARRIER = Carrier(
    titles={"zh-CN": "顺丰速运", "en": "SF Express"},
    pattern=r"(SF)?\d{12,15}",
    link="https://www.sf-express.com/chn/sc/waybill/waybill-detail/{no}",
)
