"""What a mall is, and what it must show before it may sell."""

import re
from typing import ClassVar

import msgspec
import nh3

from mall.kernel.i18n import Texts
from mall.kernel.ids import AssetId, TenantId
from mall.kernel.problems import Conflict, Invalid
from mall.kernel.time import Instant

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_SLUG = re.compile(_LABEL)


class Licence(msgspec.Struct, frozen=True):
    """What e-commerce law wants on every page (电子商务法 15); empty strings are not shown."""

    company: str = ""
    licence_no: str = ""  # 统一社会信用代码
    icp_no: str = ""  # ICP 备案号
    police_no: str = ""  # 公安备案号
    exemption: str = ""  # why no licence is needed, in the words shown to shoppers


class Theme(msgspec.Struct, frozen=True):
    """The colour of a mall and its mark."""

    accent: str = "vermilion"  # a named pair of light and dark colours of the design system
    logo: AssetId | None = None


class Tile(msgspec.Struct, frozen=True):
    """A picture that leads somewhere."""

    title: dict[str, str]
    subtitle: dict[str, str]
    image: AssetId | None
    image_phone: AssetId | None
    href: str  # a path in this mall


class Home(msgspec.Struct, frozen=True):
    """What the home page shows besides goods."""

    heroes: tuple[Tile, ...] = ()
    tiles: tuple[Tile, ...] = ()
    floors: tuple[str, ...] = ()  # slugs of categories, each shown with its newest goods
    featured: tuple[str, ...] = ()  # slugs of products


class Tenant(msgspec.Struct, frozen=True):
    """One mall, as everybody may see it."""

    id: TenantId
    slug: str
    name: dict[str, str]
    hosts: tuple[str, ...]
    language: str
    currency: str
    time_zone: str
    licence: Licence
    theme: Theme
    home: Home
    contact: dict[str, str]
    founded_at: Instant


class Page(msgspec.Struct, frozen=True):
    """A page of words: returns, shipping, privacy, terms, help."""

    slug: str
    title: dict[str, str]
    body: dict[str, str]  # HTML, sanitised when stored
    changed_at: Instant


class BadHost(Invalid):
    """A name that no browser can ask for."""

    code: ClassVar[str] = "tenants.bad_host"
    texts: ClassVar[Texts] = {
        "zh-CN": "域名或简称只能用小写字母、数字和连字符",
        "en": "A host or short name has only lower-case letters, digits and hyphens",
    }


class HostTaken(Conflict):
    """Another mall, or this one, answers under that name already."""

    code: ClassVar[str] = "tenants.host_taken"
    texts: ClassVar[Texts] = {"zh-CN": "该域名已被使用", "en": "This host is already in use"}


class LastHost(Conflict):
    """Without this name nobody would find the mall any more."""

    code: ClassVar[str] = "tenants.last_host"
    texts: ClassVar[Texts] = {
        "zh-CN": "这是最后一个域名，移除后店铺将无法访问；请先添加另一个",
        "en": "This is the last host: without it nobody finds the mall; add another one first",
    }


class SlugTaken(Conflict):
    """Another mall has that short name."""

    code: ClassVar[str] = "tenants.slug_taken"
    texts: ClassVar[Texts] = {"zh-CN": "该简称已被使用", "en": "This short name is already in use"}


class Unlicensed(Invalid):
    """A mall shows a licence or says why it needs none, before it sells."""

    code: ClassVar[str] = "tenants.unlicensed"
    texts: ClassVar[Texts] = {
        "zh-CN": "请填写营业执照信息，或说明依法无需登记的情形",
        "en": "Give the business licence, or say why the law asks for none",
    }


def host_name(host: str) -> str:
    """Take the port off a host and write it in lower case, as it is stored."""
    name = host.strip().lower().rstrip(".")
    head, colon, port = name.rpartition(":")
    return head if colon and port.isdecimal() else name


def checked_host(host: str) -> str:
    """Give the host as it is stored. Raises BadHost."""
    name = host_name(host)
    if len(name) > 253 or not _HOST.fullmatch(name):
        raise BadHost
    return name


def checked_slug(slug: str) -> str:
    """Give the short name back. Raises BadHost."""
    if not _SLUG.fullmatch(slug):
        raise BadHost
    return slug


def checked_licence(licence: Licence) -> Licence:
    """Give the licence facts back. Raises Unlicensed."""
    if not (licence.company and licence.licence_no) and not licence.exemption:
        raise Unlicensed
    return licence


def safe_html(html: str) -> str:
    """Keep the words of a page and nothing that could do harm."""
    return nh3.clean(html)
