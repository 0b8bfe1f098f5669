from litestar import Litestar

from tools.architecture import permissions
from tools.architecture.tests.test_endpoints import console, shop


def test_the_page_shows_each_role_what_it_may_use() -> None:
    app = Litestar([console(permission="orders.ship"), shop(access="member")], openapi_config=None)
    rows = permissions.page(app).splitlines()
    [heads] = [row for row in rows if row.startswith("| endpoint | permission")]
    assert heads.split(" | ")[2:-1] == ["owner", "manager", "clerk", "support", "finance"]
    assert "| `DELETE v1/orders/{order_id}` | `orders.ship` | ✓ | ✓ | ✓ | - | - | - |" in rows
    assert "| `GET /api/shop/v1/orders/{number}` | member |" in rows


def test_the_page_shows_what_is_open_to_strangers() -> None:
    rows = permissions.page(Litestar([console(permission="anyone")], openapi_config=None))
    assert "| `anyone` | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ |" in rows
