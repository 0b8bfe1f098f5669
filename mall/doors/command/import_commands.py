"""`mall import ...` and `mall export ...` on the command line."""

from pathlib import Path

import click

from mall.doors.command.environment import settings
from mall.doors.command.speaking import out, plainly

_LANGUAGE = click.option(
    "--language",
    type=click.Choice(["zh-CN", "en"]),
    help="文件的语言,默认为集市的语言 · language of the file, the mall's unless given",
)
_TENANT = click.option("--tenant", required=True, help="集市的简称 · short name of the mall")


@click.group("import")
def import_group() -> None:
    """把商品带进来 · Bring goods in."""


@click.group("export")
def export_group() -> None:
    """把商品带出去 · Take goods out."""


@import_group.command("shopify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_TENANT
@click.option("--dry-run", is_flag=True, help="只试运行,什么都不存 · store nothing")
@click.option("--publish", is_flag=True, help="在售商品直接上架 · publish what the file sells")
@click.option("--no-images", is_flag=True, help="不取图片 · leave the pictures out")
@click.option("--stock", is_flag=True, help="已有库存也按文件盘点 · count known stock anew, too")
@click.option("--freight", help="新商品的运费模板名称 · freight template of new products")
@_LANGUAGE
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="逐行报告写到此 CSV · write what came of each row to this CSV",
)
def shopify_command(
    file: Path,
    tenant: str,
    dry_run: bool,
    publish: bool,
    no_images: bool,
    stock: bool,
    freight: str | None,
    language: str | None,
    report: Path | None,
) -> None:
    """导入 Shopify 商品 CSV,可重复运行 · Import Shopify's product CSV; safe to repeat.

    商品按 Handle 识别;文件没提到的内容保持不变。有一行不对的商品整件跳过,退出码为 1。

    Products are recognised by their handle; what the file does not speak of stays. A product with
    a wrong row is skipped whole, and the exit code is 1.
    """
    from mall.doors.command.shopify.running import Asked, import_shopify

    asked = Asked(tenant, dry_run, publish, not no_images, stock, freight, language)
    with plainly():
        skipped = import_shopify(settings(), file, report, asked)
    raise SystemExit(1 if skipped else 0)


@export_group.command("products")
@_TENANT
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@_LANGUAGE
def products_command(tenant: str, file: Path | None, language: str | None) -> None:
    """把全部商品写成 Shopify CSV · Write every product as Shopify's product CSV.

    没有 FILE 时写到标准输出 · to the standard output when there is no FILE.
    """
    from mall.doors.command.shopify.running import export_products

    with plainly():
        done = export_products(settings(), tenant, file, language)
        if file is not None:
            out.print(f"✓ {done:,} 件商品 · products → {file}", markup=False)
