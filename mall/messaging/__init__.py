"""Messaging: what the mall says to people, and how it gets there.

hears      -
announces  -
"""

from mall.messaging.actions import send
from mall.messaging.queries import inbox
from mall.messaging.rules import Message, Recipient, TemplateCode, money_text

__all__ = ["Message", "Recipient", "TemplateCode", "inbox", "money_text", "send"]
