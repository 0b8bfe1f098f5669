"""Why something of the file was not taken, or was taken differently, row by row."""

from collections.abc import Mapping
from dataclasses import dataclass

from mall.kernel.i18n import Texts

_SAID: Mapping[str, Texts] = {
    "unreadable": {
        "zh-CN": "此行无法读取(文件第 {first} 到 {last} 行);请检查引号是否成对",
        "en": "This row cannot be read (lines {first} to {last} of the file): {why}; "
        "look for a quote without its partner",
    },
    "wrong_width": {
        "zh-CN": "此行有 {there} 格,表头有 {wanted} 格;请检查逗号与引号",
        "en": "This row has {there} cells and the first row {wanted}; check commas and quotes",
    },
    "not_utf8": {
        "zh-CN": "此行不是 UTF-8 编码;请把文件另存为“CSV UTF-8”",
        "en": "This row is not UTF-8; save the file as “CSV UTF-8”",
    },
    "zero_byte": {
        "zh-CN": "此行含有空字符(NUL),文件可能已损坏",
        "en": "This row holds a NUL character; the file may be damaged",
    },
    "handle_missing": {"zh-CN": "缺少 Handle", "en": "The handle is missing"},
    "handle_unusable": {
        "zh-CN": "Handle“{handle}”里没有可用作网址的字符",
        "en": "Nothing of the handle “{handle}” can stand in an address",
    },
    "handle_changed": {
        "zh-CN": "Handle“{handle}”的网址名写作 {slug}",
        "en": "The handle “{handle}” becomes {slug} in addresses",
    },
    "handle_returns": {
        "zh-CN": "Handle“{handle}”在第 {first} 行已出现过;同一商品的行必须相连",
        "en": "The handle “{handle}” was there in row {first}; rows of a product must be together",
    },
    "too_many_rows": {
        "zh-CN": "一件商品最多 {most} 行",
        "en": "A product has at most {most} rows",
    },
    "title_missing": {"zh-CN": "缺少标题", "en": "The title is missing"},
    "too_long": {
        "zh-CN": "{column} 超过 {most} 个字符",
        "en": "{column} is longer than {most} characters",
    },
    "amount_wrong": {
        "zh-CN": "{column}“{value}”不是金额,应如 1299.00",
        "en": "{column} “{value}” is no amount; write it like 1299.00",
    },
    "amount_too_fine": {
        "zh-CN": "{column}“{value}”的小数位比币种多",
        "en": "{column} “{value}” has more decimals than the currency",
    },
    "price_missing": {"zh-CN": "缺少价格", "en": "The price is missing"},
    "compare_at_dropped": {
        "zh-CN": "划线价不高于售价,不显示",
        "en": "The compare-at price is not above the price and is left out",
    },
    "number_wrong": {
        "zh-CN": "{column}“{value}”不是可用的数",
        "en": "{column} “{value}” is no number that can be used",
    },
    "below_zero": {
        "zh-CN": "库存 {value} 按 0 计",
        "en": "A stock of {value} counts as 0",
    },
    "sells_without_stock": {
        "zh-CN": "无货时继续销售在此不支持;按库存销售",
        "en": "Selling without stock is not possible here; it sells what is in stock",
    },
    "word_wrong": {
        "zh-CN": "{column}“{value}”不认识,可用:{known}",
        "en": "{column} “{value}” is not known; use {known}",
    },
    "unlisted": {
        "zh-CN": "“unlisted”作为草稿处理",
        "en": "“unlisted” is taken as a draft",
    },
    "gift_card": {"zh-CN": "礼品卡不能导入", "en": "Gift cards cannot be imported"},
    "barcode_damaged": {
        "zh-CN": "条形码“{value}”已被电子表格改坏",
        "en": "The barcode “{value}” was damaged by a spreadsheet",
    },
    "code_changed": {
        "zh-CN": "商品编码“{value}”写作“{code}”",
        "en": "The SKU “{value}” becomes “{code}”",
    },
    "code_twice": {
        "zh-CN": "商品编码 {code} 在第 {first} 行已用过",
        "en": "The SKU {code} was used in row {first} already",
    },
    "option_name_missing": {
        "zh-CN": "规格值“{value}”没有规格名(Option{n} Name)",
        "en": "The value “{value}” has no Option{n} Name",
    },
    "option_name_twice": {
        "zh-CN": "规格名“{value}”重复",
        "en": "Two options are called “{value}”",
    },
    "option_value_missing": {
        "zh-CN": "规格“{value}”缺少取值",
        "en": "The option “{value}” has no value",
    },
    "variant_twice": {
        "zh-CN": "与第 {first} 行的规格相同",
        "en": "The same variant as in row {first}",
    },
    "no_variant": {"zh-CN": "没有任何规格与价格", "en": "There is no variant with a price"},
    "nothing_said": {"zh-CN": "此行没有内容", "en": "This row says nothing"},
    "too_many_pictures": {
        "zh-CN": "只取前 {most} 张图片",
        "en": "Only the first {most} pictures are taken",
    },
    "too_many_tags": {
        "zh-CN": "只取前 {most} 个标签",
        "en": "Only the first {most} tags are taken",
    },
    "picture_missing": {
        "zh-CN": "图片缺失 {name}:{zh}",
        "en": "No picture {name}: {en}",
    },
    "stock_kept": {
        "zh-CN": "库存仍为 {there}(文件为 {said});如要按文件盘点,请加 --stock",
        "en": "The stock stays {there} (the file says {said}); --stock takes the file's",
    },
    "not_published": {
        "zh-CN": "未上架:没有运费模板,或没有可售的规格",
        "en": "Not published: there is no freight template, or no variant to sell",
    },
    "still_published": {
        "zh-CN": "文件为草稿,商品仍在售;如要下架请用 archived",
        "en": "A draft in the file, yet it stays published; archived takes it off the shelves",
    },
    "refused": {"zh-CN": "{zh}", "en": "{en}"},
}


@dataclass(frozen=True, slots=True)
class Reason:
    """What is to be said about one row; a ``grave`` one keeps its product out."""

    row: int  # as a spreadsheet counts: the header is row 1
    code: str
    texts: Texts
    grave: bool


def grave(row: int, code: str, /, **values: object) -> Reason:
    """Say why a product is not taken."""
    return _reason(row, code, values, grave=True)


def note(row: int, code: str, /, **values: object) -> Reason:
    """Say what was taken differently from what the file says."""
    return _reason(row, code, values, grave=False)


def _reason(row: int, code: str, values: Mapping[str, object], *, grave: bool) -> Reason:
    short = {name: _short(value) for name, value in values.items()}
    texts = {tag: text.format_map(short) for tag, text in _SAID[code].items()}
    return Reason(row, code, texts, grave)


def _short(value: object) -> str:
    """Show what a file says in one line, however long it is and whatever it holds."""
    text = "".join(char if char.isprintable() else "�" for char in str(value)[:300])
    return text if len(text) <= 200 else f"{text[:199]}…"
