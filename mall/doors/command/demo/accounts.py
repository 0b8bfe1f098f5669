"""Who can sign in to the demo malls. The passwords are public: a demo holds nothing of worth."""

from mall.kernel.settings import from_environment

PASSWORD = "jishi-demo-2026"  # noqa: S105 - printed at every start
MEMBER = "shopper@demo.localhost"
STAFF = (
    ("owner", "店主"),
    ("manager", "店长"),
    ("clerk", "店员"),
    ("support", "客服"),
    ("finance", "财务"),
)


def staff_email(role: str, slug: str) -> str:
    """Give the address that a demo mall's staff signs in with."""
    return f"{role}@{slug}.localhost"


def _lines() -> tuple[str, ...]:
    here = from_environment()
    return (
        f"演示商城 · demo   http://demo.{here.base_domain}:{here.port}",
        f"茶铺 · tea        http://tea.{here.base_domain}:{here.port}",
        f"买家 · shopper    {MEMBER} / {PASSWORD}(手机验证码见「演示收件箱」)",
        f"店员 · staff      {staff_email('owner', 'demo')} / {PASSWORD}(控制台接口 · console API)",
    )


LINES = _lines()
