"""Payments: money comes in and goes back, through providers that may be slow, silent or wrong.

An order can have many attempts; at most one becomes *the* success. What a provider answers is
Ok, Rejected or Unknown, and Unknown is never taken as a failure: it is asked again. Notifications
only hurry what the poller and the daily bill find anyway.

hears      -
announces  PaymentSucceeded, PaymentClosed, RefundSucceeded, RefundFailed
"""

from mall.payments.actions.close import ask_close
from mall.payments.actions.reconcile import settle
from mall.payments.actions.refund import ask_refund, retry_refund
from mall.payments.actions.start import start_attempt
from mall.payments.errands import PREPAY, take_notification
from mall.payments.events import PaymentClosed, PaymentSucceeded, RefundFailed, RefundSucceeded
from mall.payments.providers import load_providers
from mall.payments.queries import attempt, attempts, discrepancies, is_kept, providers, refunds
from mall.payments.rules import Attempt, Refund
from mall.payments.rules.problems import (
    AlreadyPaid,
    ForgedNotification,
    NotFailed,
    NotOffered,
    NotThatMuch,
    TooLate,
)
from mall.payments.rules.reconciling import Discrepancy

__all__ = [
    "PREPAY",
    "AlreadyPaid",
    "Attempt",
    "Discrepancy",
    "ForgedNotification",
    "NotFailed",
    "NotOffered",
    "NotThatMuch",
    "PaymentClosed",
    "PaymentSucceeded",
    "Refund",
    "RefundFailed",
    "RefundSucceeded",
    "TooLate",
    "ask_close",
    "ask_refund",
    "attempt",
    "attempts",
    "discrepancies",
    "is_kept",
    "load_providers",
    "providers",
    "refunds",
    "retry_refund",
    "settle",
    "start_attempt",
    "take_notification",
]
