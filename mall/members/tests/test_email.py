"""E-mail and password: who registers, who has forgotten, and what strangers can learn or break."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from mall import members
from mall.kernel import passwords
from mall.kernel.crypto import hash_token
from mall.kernel.db import Database
from mall.kernel.ids import ShopperId, TenantId
from mall.kernel.source import Source
from mall.kernel.time import Instant
from mall.members import (
    CodeSent,
    EmailTaken,
    Member,
    SignedIn,
    TooManyTries,
    WeakPassword,
    WrongCode,
    WrongPassword,
)
from mall.members.rules import CODE_TRIES, EMAIL_CODE_LIFE, SENDS
from mall.members.tests.door import Door

EMAIL, PASSWORD, NEW = "lin@example.com", "correct horse", "battery staple"
HERE = Source("192.0.2.1")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def door(db: Database, tenant: TenantId, now: Instant) -> Door:
    return Door(db, tenant, now)


def later(door: Door, by: timedelta = MINUTE) -> None:
    door.now += by


async def enrolled(door: Door, email: str = EMAIL) -> Member:
    hashed = await passwords.hashed(PASSWORD)
    async with door.db.write(door.tenant) as tx:
        member = await members.enrol(
            tx, email=email, password_hash=hashed, name="林", language="zh-CN", now=door.now
        )
    assert member is not None
    return member


async def letters(door: Door) -> list[tuple[str, str, str]]:
    """List what was written to whom: template, address, body; the oldest first."""
    written = text("SELECT template, email, body FROM messaging.message ORDER BY id")
    async with door.db.read(door.tenant) as read:
        return [(row.template, row.email, row.body) for row in await read.run(written)]


async def code(door: Door) -> str:
    """Read the code in the newest letter."""
    *_, body = (await letters(door))[-1]
    return next(word for word in "".join(c if c.isdigit() else " " for c in body).split())


async def ask(door: Door, way: str, email: str = EMAIL, source: Source = HERE) -> CodeSent:
    asking = {"register": members.ask_to_register, "reset": members.ask_to_reset}[way]
    return await asking(door.run, email=email, language="en", source=source)


async def register(door: Door, **given: Any) -> SignedIn:
    wish: dict[str, Any] = {
        "email": EMAIL,
        "password": PASSWORD,
        "name": "林",
        "language": "en",
        "source": HERE,
    }
    return await members.register(door.run, **(wish | given))


async def reset(door: Door, **given: Any) -> SignedIn:
    wish: dict[str, Any] = {"email": EMAIL, "password": NEW, "language": "en", "source": HERE}
    return await members.reset_password(door.run, **(wish | given))


async def is_signed_in(door: Door, token: str) -> bool:
    async with door.db.read(door.tenant) as read:
        return await members.session(read, hash_token(token), door.now) is not None


async def sign_in(door: Door, password: str) -> SignedIn:
    return await members.sign_in_with_password(
        door.run, email=EMAIL, password=password, source=HERE
    )


async def test_an_account_begins_with_the_code_that_went_to_its_address(door: Door) -> None:
    sent = await ask(door, "register", " Lin@Example.com ")
    assert sent == CodeSent("l***@example.com", 15 * 60, 60)
    [(template, to, _)] = await letters(door)
    assert (template, to) == ("registration", EMAIL)
    begun = await register(door, code=await code(door))
    assert begun.member.email == EMAIL and await is_signed_in(door, begun.token)
    assert (await sign_in(door, PASSWORD)).member_id == begun.member_id


async def test_who_registers_with_a_taken_address_is_told_so_by_mail_alone(door: Door) -> None:
    await enrolled(door)
    assert await ask(door, "register") == await ask(door, "register", "liz@example.com")
    (taken, _, body), (free, _, _) = await letters(door)
    assert (taken, free) == ("registered", "registration")
    assert not any(char.isdigit() for char in body)


async def test_a_guest_keeps_what_was_collected_when_the_account_begins(door: Door) -> None:
    async with door.db.write(door.tenant) as tx:
        guest = await members.begin_guest(tx, door.now)
    source = replace(HERE, token=guest.token)
    await ask(door, "register", source=source)
    begun = await register(door, code=await code(door), source=source)
    assert begun.guest == guest.shopper.id
    assert not await is_signed_in(door, guest.token)


async def test_a_new_password_ends_all_other_sessions_and_begins_one(door: Door) -> None:
    member = await enrolled(door)
    at_home, stolen = await sign_in(door, PASSWORD), await sign_in(door, PASSWORD)
    await ask(door, "reset")
    begun = await reset(door, code=await code(door))
    assert begun.member_id == member.id and begun.shopper.id == ShopperId(member.id)
    assert [await is_signed_in(door, one.token) for one in (at_home, stolen, begun)] == [
        False,
        False,
        True,
    ]
    with pytest.raises(WrongPassword):
        await sign_in(door, PASSWORD)
    await sign_in(door, NEW)
    assert (await letters(door))[-1][:2] == ("password_changed", EMAIL)


async def test_asking_changes_nothing_for_the_owner_of_the_address(door: Door) -> None:
    await enrolled(door)
    before = await sign_in(door, PASSWORD)
    for _ in range(CODE_TRIES + 1):
        await ask(door, "reset", source=Source("198.51.100.9"))
        with pytest.raises(WrongCode):
            await reset(door, code="000000", source=Source("198.51.100.9"))
        later(door, timedelta(hours=1))
    assert await is_signed_in(door, before.token)
    await sign_in(door, PASSWORD)
    await ask(door, "reset")
    await reset(door, code=await code(door))


async def test_a_reset_forgives_the_passwords_that_were_tried(door: Door) -> None:
    await enrolled(door)
    with pytest.raises(TooManyTries):
        for n in range(20):
            with pytest.raises(WrongPassword):
                await members.sign_in_with_password(
                    door.run, email=EMAIL, password="wrong", source=Source(f"192.0.2.{n}")
                )
    await ask(door, "reset")
    await reset(door, code=await code(door))
    await sign_in(door, NEW)


async def test_a_code_is_good_once_for_one_purpose_and_one_address(door: Door) -> None:
    await enrolled(door)
    await enrolled(door, "liz@example.com")
    await ask(door, "reset")
    told = await code(door)
    for wrong in (register(door, code=told), reset(door, code=told, email="liz@example.com")):
        with pytest.raises(WrongCode):
            await wrong
    await reset(door, code=told)
    with pytest.raises(WrongCode):
        await reset(door, code=told)


async def test_a_code_dies_of_age_of_tries_and_of_a_newer_one(door: Door) -> None:
    await enrolled(door)
    await ask(door, "reset")
    old = await code(door)
    later(door)
    await ask(door, "reset")
    for _ in range(CODE_TRIES):
        with pytest.raises(WrongCode):
            await reset(door, code=old)
    with pytest.raises(WrongCode):
        await reset(door, code=await code(door))
    later(door)
    await ask(door, "reset")
    later(door, EMAIL_CODE_LIFE)
    with pytest.raises(WrongCode):
        await reset(door, code=await code(door))


async def test_a_password_that_cannot_be_used_costs_no_try(door: Door) -> None:
    await enrolled(door)
    await ask(door, "reset")
    for _ in range(CODE_TRIES + 1):
        with pytest.raises(WeakPassword):
            await reset(door, code=await code(door), password="short")
    await reset(door, code=await code(door))


async def test_who_has_no_account_is_told_so_by_mail_and_no_code_makes_one(door: Door) -> None:
    await enrolled(door)
    known = await ask(door, "reset")
    assert known == await ask(door, "reset", "liz@example.com")
    template, to, body = (await letters(door))[-1]
    assert (template, to) == ("unregistered", "liz@example.com")
    assert not any(char.isdigit() for char in body)


async def test_an_address_that_was_taken_meanwhile_is_told_to_its_owner(door: Door) -> None:
    await ask(door, "register")
    told = await code(door)
    await enrolled(door)
    with pytest.raises(EmailTaken):
        await register(door, code=told)


@pytest.mark.parametrize("way", ["register", "reset"])
async def test_letters_are_limited_for_an_address_and_for_a_place(door: Door, way: str) -> None:
    await ask(door, way)
    with pytest.raises(TooManyTries) as refused:
        await ask(door, way, source=Source("198.51.100.9"))
    assert 0 < refused.value.retry_after_seconds <= SENDS[0][0].total_seconds()
    with pytest.raises(TooManyTries):
        for n in range(40):
            await ask(door, way, f"other{n}@example.com")
    await ask(door, way, "another@example.com", source=Source("198.51.100.9"))
