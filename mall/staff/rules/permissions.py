"""What staff may do, and the roles: named sets of permissions."""

from collections.abc import Mapping
from dataclasses import dataclass

from mall.kernel.i18n import Texts

ANYONE = "anyone"  # a console endpoint that needs no sign-in
SIGNED_IN = "signed_in"  # one that every member of staff may use

PERMISSIONS: Mapping[str, Texts] = {
    "products.read": {"zh-CN": "查看商品", "en": "See products"},
    "products.write": {"zh-CN": "编辑商品、分类与品牌", "en": "Edit products, categories, brands"},
    "products.publish": {"zh-CN": "上架与下架商品", "en": "Publish and archive products"},
    "prices.read": {"zh-CN": "查看价格", "en": "See prices"},
    "prices.write": {"zh-CN": "修改价格", "en": "Change prices"},
    "media.read": {"zh-CN": "查看素材", "en": "See pictures"},
    "media.write": {"zh-CN": "上传素材", "en": "Upload pictures"},
    "stock.read": {"zh-CN": "查看库存", "en": "See stock"},
    "stock.adjust": {"zh-CN": "盘点与调整库存", "en": "Count and adjust stock"},
    "orders.read": {"zh-CN": "查看订单", "en": "See orders"},
    "orders.note": {"zh-CN": "备注订单", "en": "Write notes on orders"},
    "orders.change": {"zh-CN": "改价与改地址", "en": "Change price and address of orders"},
    "orders.ship": {"zh-CN": "发货", "en": "Ship orders"},
    "orders.cancel": {"zh-CN": "取消订单", "en": "Cancel orders"},
    "orders.refund": {"zh-CN": "退款", "en": "Refund orders"},
    "freight.read": {"zh-CN": "查看运费模板", "en": "See freight templates"},
    "freight.write": {"zh-CN": "编辑运费模板", "en": "Edit freight templates"},
    "members.read": {"zh-CN": "查看会员", "en": "See members"},
    "members.write": {"zh-CN": "编辑会员", "en": "Edit members"},
    "payments.read": {"zh-CN": "查看支付与对账", "en": "See payments and bills"},
    "messages.read": {"zh-CN": "查看消息记录", "en": "See sent messages"},
    "messages.write": {"zh-CN": "编辑消息模板", "en": "Edit message templates"},
    "settings.read": {"zh-CN": "查看店铺设置", "en": "See settings"},
    "settings.write": {"zh-CN": "修改店铺设置", "en": "Change settings"},
    "staff.read": {"zh-CN": "查看员工", "en": "See staff"},
    "staff.write": {"zh-CN": "管理员工与角色", "en": "Manage staff and roles"},
    "audit.read": {"zh-CN": "查看操作日志", "en": "See the audit log"},
}


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of permissions."""

    titles: Texts
    permissions: frozenset[str]


_GOODS = frozenset(
    name for name in PERMISSIONS if name.partition(".")[0] in {"products", "prices", "media"}
)
_READING = frozenset(name for name in PERMISSIONS if name.endswith(".read"))

ROLES: Mapping[str, Role] = {
    "owner": Role({"zh-CN": "店主", "en": "Owner"}, frozenset(PERMISSIONS)),
    "manager": Role(
        {"zh-CN": "店长", "en": "Manager"},
        frozenset(PERMISSIONS) - {"staff.write", "settings.write"},
    ),
    "clerk": Role(
        {"zh-CN": "店员", "en": "Clerk"},
        (_GOODS - {"prices.write"})
        | {"stock.read", "stock.adjust", "orders.read", "orders.note", "orders.ship"}
        | {"freight.read"},
    ),
    "support": Role(
        {"zh-CN": "客服", "en": "Support"},
        frozenset({"products.read", "prices.read", "media.read", "stock.read", "freight.read"})
        | {"orders.read", "orders.note", "orders.change", "orders.cancel", "orders.refund"}
        | {"members.read", "messages.read"},
    ),
    "finance": Role({"zh-CN": "财务", "en": "Finance"}, _READING | {"orders.refund"}),
}
