"""What the cashier says, in Chinese and English."""

WORDS = {
    "zh-CN": {
        "title": "收银台",
        "demo": "演示",
        "demo_note": "这是演示收银台，不会产生真实扣款。",
        "order": "订单",
        "merchant_no": "商户单号",
        "left": "剩余支付时间",
        "until": "请在 {time} 前完成支付",
        "choose": "选择支付方式",
        "wechat": "微信支付",
        "alipay": "支付宝",
        "unionpay": "云闪付",
        "wechat_note": "演示零钱",
        "alipay_note": "演示余额",
        "unionpay_note": "演示银行卡（尾号 0018）",
        "pay": "确认支付",
        "leave": "暂不支付，返回商家",
        "back": "返回商家",
        "paid": "支付成功",
        "paid_note": "我们正在通知商家，您可以返回查看订单。",
        "method": "支付方式",
        "paid_at": "支付时间",
        "trade_no": "交易单号",
        "closed": "订单已关闭",
        "closed_note": "付款时间已过，或商家已关闭这笔付款。没有扣款。",
        "missing": "没有这笔付款",
        "missing_note": "请从商家页面重新进入收银台。",
        "forged_done": "已发出一条伪造的付款通知，本单并未支付；商家应当拒绝它。",
        "no_choice": "请从列出的支付方式和演练中选择。",
        "drill": "故障演练",
        "drill_note": "让这次支付出一个故障，看商家能否正确处理。",
        "f_none": "一切正常",
        "f_late": "通知迟到 60 秒",
        "f_duplicate": "同一通知发三次",
        "f_lost": "通知丢失",
        "f_out_of_order": "旧通知后到（乱序）",
        "f_forged": "伪造通知（不支付）",
        "f_wrong_amount": "少付一分",
        "f_double": "重复支付：同一订单的其他付款单也被支付",
        "f_unknown": "随后三次接口调用没有回答（504）",
        "other": "English",
        "other_lang": "en",
    },
    "en": {
        "title": "Cashier",
        "demo": "Demo",
        "demo_note": "This is a demonstration; no real money moves.",
        "order": "Order",
        "merchant_no": "Merchant no.",
        "left": "Time left to pay",
        "until": "Please pay before {time}",
        "choose": "Choose how to pay",
        "wechat": "WeChat Pay",
        "alipay": "Alipay",
        "unionpay": "UnionPay",
        "wechat_note": "demo balance",
        "alipay_note": "demo balance",
        "unionpay_note": "demo card ending 0018",
        "pay": "Pay",
        "leave": "Not now, back to the shop",
        "back": "Back to the shop",
        "paid": "Payment received",
        "paid_note": "The shop is being told; you can go back and see your order.",
        "method": "Paid with",
        "paid_at": "Paid at",
        "trade_no": "Transaction",
        "closed": "This payment is closed",
        "closed_note": "The time to pay is over, or the shop has closed it. Nothing was charged.",
        "missing": "There is no such payment",
        "missing_note": "Please enter the cashier again from the shop.",
        "no_choice": "Please choose one of the ways to pay and drills that are listed.",
        "forged_done": "A forged notice of payment was sent; nothing was paid, "
        "and the shop should refuse it.",
        "drill": "Fault drill",
        "drill_note": "Let this payment go wrong, and see whether the shop copes.",
        "f_none": "All goes well",
        "f_late": "The notice comes 60 seconds late",
        "f_duplicate": "The same notice three times",
        "f_lost": "The notice is lost",
        "f_out_of_order": "An older notice comes after it",
        "f_forged": "A forged notice (nothing is paid)",
        "f_wrong_amount": "One cent too little arrives",
        "f_double": "Paid twice: other payments of the order are paid too",
        "f_unknown": "The next three calls get no answer (504)",
        "other": "中文",
        "other_lang": "zh-CN",
    },
}


def language_of(asked: str, accepted: str) -> str:
    """Choose a language: what was asked for, else what the browser accepts first."""
    if asked in WORDS:
        return asked
    for part in accepted.split(","):
        tag = part.split(";")[0].strip().lower()
        if tag.startswith("zh"):
            return "zh-CN"
        if tag.startswith("en"):
            return "en"
    return "zh-CN"


def amount_text(minor: int, currency: str) -> tuple[str, str, str]:
    """Write an amount in three parts: sign, whole, fraction."""
    sign = {"CNY": "¥", "USD": "$"}.get(currency, f"{currency} ")
    return sign, f"{minor // 100:,}", f"{minor % 100:02d}"
