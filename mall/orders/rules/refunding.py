"""How much goes back (rules 4.6, keep-mode): kept lines keep their prices and benefits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mall.kernel.money import telescoped
from mall.orders.rules import BadAmount, Line, NotThatMany


@dataclass(frozen=True, slots=True)
class RefundLine:
    """What one line gives back. Amounts in minor units."""

    line_no: int
    units: int  # 0: a compensation, which moves no goods
    released: int  # of the units, those that had not been sent: they go back on the shelf
    goods_minor: int
    freight_minor: int


@dataclass(frozen=True, slots=True)
class RefundPlan:
    """What a refund gives back, line by line; the total is a sum of lines."""

    lines: tuple[RefundLine, ...]

    @property
    def total_minor(self) -> int:
        """Add it up."""
        return sum(line.goods_minor + line.freight_minor for line in self.lines)


def plan_units(
    lines: Sequence[Line], units: Mapping[int, int], *, seller_at_fault: bool
) -> RefundPlan:
    """Say what returning units gives back: each line's telescoped share.

    Units not yet sent go first and bring their freight back; freight of sent units comes back
    only when the seller is at fault. Raises NotThatMany.
    """
    by_number = {line.line_no: line for line in lines}
    planned = list[RefundLine]()
    for line_no, more in sorted(units.items()):
        line = by_number.get(line_no)
        left = line.quantity - line.refunded if line else 0
        if line is None or not 0 < more <= left:
            raise NotThatMany(line_no, left)
        released = min(more, line.unsent)
        goods = telescoped(line.paid_minor, line.quantity, line.refunded, more)
        freight = telescoped(
            line.placed.freight_share_minor,
            line.quantity,
            line.refunded,
            more if seller_at_fault else released,
        )
        planned.append(
            RefundLine(
                line_no,
                more,
                released,
                min(goods, line.paid_minor - line.refunded_minor),
                min(freight, line.placed.freight_share_minor - line.refunded_freight_minor),
            )
        )
    return RefundPlan(tuple(planned))


def plan_compensation(lines: Sequence[Line], line_no: int, minor: int) -> RefundPlan:
    """Give money back on one line and keep the goods with the buyer. Raises BadAmount."""
    line = next((line for line in lines if line.line_no == line_no), None)
    most = line.paid_minor - line.refunded_minor if line else 0
    if not 0 < minor <= most:
        raise BadAmount(1, most)
    return RefundPlan((RefundLine(line_no, 0, 0, minor, 0),))


def applied(lines: Sequence[Line], plan: RefundPlan) -> tuple[Line, ...]:
    """Give the lines as they are when the plan has been carried out."""
    parts = {part.line_no: part for part in plan.lines}
    return tuple(_with(line, parts.get(line.line_no)) for line in lines)


def _with(line: Line, part: RefundLine | None) -> Line:
    if part is None:
        return line
    return replace(
        line,
        refunded=line.refunded + part.units,
        released=line.released + part.released,
        refunded_minor=line.refunded_minor + part.goods_minor,
        refunded_freight_minor=line.refunded_freight_minor + part.freight_minor,
    )
