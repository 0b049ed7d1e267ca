"""The demo's help on the sign-in pages: its accounts, and the current code of the one signing in."""

from typing import Any

from allauth.account.internal.stagekit import get_pending_stage
from django import template
from django.conf import settings

from portal.demo.accounts import ACCOUNTS, PASSWORD, current_code

register = template.Library()


@register.inclusion_tag("demo/_sign_in_accounts.html", takes_context=True)
def demo_accounts(context: dict[str, Any]) -> dict[str, Any]:
    """One button per demo account; nothing outside of the demo."""
    accounts = ACCOUNTS if settings.DEMO else ()
    return {"accounts": accounts, "password": PASSWORD, "request": context["request"]}


@register.inclusion_tag("demo/_current_code.html", takes_context=True)
def demo_code(context: dict[str, Any]) -> dict[str, Any]:
    """The six digits of the demo account that is signing in; nothing for any other account."""
    stage = get_pending_stage(context["request"]) if settings.DEMO else None
    email = stage.login.user.email if stage else ""
    account = next((one for one in ACCOUNTS if one.email == email), None)
    return {"code": current_code(account) if account else "", "request": context["request"]}
