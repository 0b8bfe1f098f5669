"""Cart: what shoppers have put aside; guests and members alike, merged at sign-in.

hears      -
announces  -
"""

from mall.cart.actions import (
    add,
    add_again,
    choose,
    lock_wanted,
    merge,
    remove,
    remove_bought,
    set_quantity,
)
from mall.cart.queries import cart, cart_units, cart_view
from mall.cart.rules import (
    UNITS_AT_MOST,
    CartFull,
    CartLine,
    CartView,
    NotForSale,
    ShownLine,
    capped,
)

__all__ = [
    "UNITS_AT_MOST",
    "CartFull",
    "CartLine",
    "CartView",
    "NotForSale",
    "ShownLine",
    "add",
    "add_again",
    "capped",
    "cart",
    "cart_units",
    "cart_view",
    "choose",
    "lock_wanted",
    "merge",
    "remove",
    "remove_bought",
    "set_quantity",
]
