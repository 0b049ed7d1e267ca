"""{% failing_address user %}: « Votre adresse ne reçoit plus nos courriels », on any page of an account."""

from typing import Any

from django import template

from tenants.memberships.models import User
from tenants.notices.queries import failing_address as failing_address_of

register = template.Library()


@register.inclusion_tag("notices/_failing.html", takes_context=True)
def failing_address(context: dict[str, Any], user: User) -> dict[str, Any]:
    """Nothing while our mails reach that account."""
    return {"failing": failing_address_of(user.email), "csrf_token": context.get("csrf_token")}
