"""Every mail of this room composes, in text and HTML, from what is known when it leaves."""

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from portal.dispatch.mail import Mail, Recipient
from portal.foundation.clock import now
from tenants.memberships import handlers
from tenants.memberships.permissions import Role
from tenants.memberships.states import MembershipState
from tests.factories.memberships import InvitationFactory, MembershipFactory, UserFactory


@pytest.fixture
def contexts(group) -> dict[str, dict[str, str]]:
    waiting = MembershipFactory(group_id=group.id, role=Role.HR, state=MembershipState.TO_CONFIRM)
    confirmed = MembershipFactory(group_id=group.id, role=Role.HR, confirmed_by=UserFactory())
    invitation = InvitationFactory(membership__group_id=group.id)
    return {
        "invitation": {"invitation_id": str(invitation.pk)},
        "membership_to_confirm": {"membership_id": str(waiting.pk)},
        "membership_confirmed": {"membership_id": str(confirmed.pk)},
        "password_reset": {},
        "sessions_cut": {"reason": "asked", "cut_at": now().isoformat()},
        "security_notice": {"event": "webauthn_added"},
    }


@pytest.mark.parametrize(
    "template",
    [
        "invitation",
        "membership_to_confirm",
        "membership_confirmed",
        "password_reset",
        "sessions_cut",
        "security_notice",
    ],
)
def test_a_mail_composes(template, contexts, group):
    user = UserFactory(full_name="Anne Essai")
    values = getattr(handlers, template)(Mail(template, group.id, user.pk, contexts[template]))
    assert values["link"].startswith(settings.PUBLIC_URL)
    shown = {**values, "recipient": Recipient(user.email, user.full_name), "public_url": settings.PUBLIC_URL}
    for ending in ("txt", "html"):
        text = render_to_string(f"emails/{template}.{ending}", shown)
        assert "Anne Essai" in text
        assert values["link"] in text
        assert "variable absente" not in text
    assert "Anne" not in render_to_string(f"emails/{template}.subject.txt", shown)
