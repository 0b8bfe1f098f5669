"""`mall tenant ...` on the command line."""

import click
from rich.table import Table

from mall.doors.command.environment import settings
from mall.doors.command.speaking import out, plainly


@click.group()
def tenant() -> None:
    """各家集市 · The malls of this installation."""


@tenant.command("list")
def list_malls() -> None:
    """列出各家集市 · List the malls with their hosts."""
    from mall.doors.command import malls

    with plainly():
        found = malls.in_database(settings(), "mall tenant list", malls.every)
    table = Table("简称 · slug", "名称 · name", "域名 · hosts", "币种 · currency", box=None)
    for mall in found:
        table.add_row(
            mall.slug, " · ".join(mall.name.values()), " ".join(mall.hosts), mall.currency
        )
    out.print(table)


@tenant.command()
@click.argument("slug")
@click.option("--name", required=True, help="中文名称 · name in Chinese")
@click.option("--name-en", help="英文名称 · name in English")
@click.option("--owner", required=True, help="店主邮箱 · e-mail of the first member of staff")
@click.password_option(
    "--password", prompt="店主密码 · password of the owner", help="店主密码 · password of the owner"
)
@click.option("--host", help="域名,默认 SLUG.localhost · host name, SLUG.localhost unless given")
@click.option("--company", default="", help="公司名称 · the company")
@click.option("--licence-no", default="", help="统一社会信用代码 · its licence number")
@click.option("--exemption", default="", help="无需登记的原因 · why no licence is needed")
def add(
    slug: str,
    name: str,
    name_en: str | None,
    owner: str,
    password: str,
    host: str | None,
    company: str,
    licence_no: str,
    exemption: str,
) -> None:
    """新开一家集市 · Open a new mall, with its licence or the reason why it needs none."""
    from mall.doors.command import malls
    from mall.tenants import Licence

    with plainly():
        here = settings()
        mall = malls.in_database(
            here,
            "mall tenant add",
            lambda db: malls.found(
                db,
                slug,
                {"zh-CN": name, "en": name_en or name},
                host=host or f"{slug}.{here.base_domain}",
                licence=Licence(company, licence_no, exemption=exemption),
                owner_email=owner,
                owner_password=password,
            ),
        )
        out.print(f"✓ {mall.name['zh-CN']}  http://{mall.hosts[0]}:{here.port}")


@tenant.command("host")
@click.argument("slug")
@click.argument("host")
@click.option("--remove", is_flag=True, help="去掉这个域名 · take the host name away")
def host_command(slug: str, host: str, remove: bool) -> None:
    """给集市加一个域名 · Let a mall answer under one more host name."""
    from mall.doors.command import malls

    with plainly():
        mall = malls.in_database(
            settings(), "mall tenant host", lambda db: malls.set_host(db, slug, host, remove=remove)
        )
        out.print(f"✓ {mall.slug}  {' '.join(mall.hosts)}")


@tenant.command("remove")
@click.argument("slug")
def remove_mall(slug: str) -> None:
    """删除一家集市的全部数据 · Delete a mall with all its data; asks first."""
    from mall.doors.command import malls
    from mall.doors.command.holding import opened

    with plainly():
        here = settings()
        mall = malls.in_database(here, "mall tenant remove", lambda db: malls.named(db, slug))
        out.print(f"将删除「{mall.name['zh-CN']}」的商品、订单、会员等全部数据,无法恢复。")
        out.print(f"This deletes all goods, orders and members of {mall.slug}. No way back.")
        if click.prompt("输入简称确认 · type the slug to go on", default="") != mall.slug:
            raise SystemExit("未删除 · nothing was deleted")
        with opened(here, "mall tenant remove") as urls, out.status("删除中 · deleting"):
            rows = malls.erase(urls.owner, mall)
        out.print(f"✓ 已删除 {rows} 行 · {rows} rows deleted")
