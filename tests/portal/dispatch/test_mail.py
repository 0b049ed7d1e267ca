"""Mail: ids in the outbox, words when it leaves, and every way a server may answer."""

import json
import socket
from email import message_from_string, policy

import pytest
from django.conf import settings
from django.core import mail as sent
from django.template.loader import render_to_string

from portal.dispatch import mail
from portal.dispatch.delivery import deliver
from portal.dispatch.journal_heads import send_heads
from portal.dispatch.mail import Recipient, mail_content, mail_reader, post_mail, register_recipients
from portal.dispatch.models import Message, Settlement
from portal.dispatch.registry import Delivery
from portal.dispatch.states import MessageState, Outcome
from portal.foundation.clock import now
from portal.foundation.keys import uuid7
from portal.foundation.tenancy import PLATFORM, operator, tenant
from portal.journal.heads import read_heads
from portal.journal.operations import Act, Machine, record
from portal.journal.sealing import seal_group
from tests.portal.dispatch.smtp import Behaviour, mail_server

pytestmark = pytest.mark.django_db
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch):
    monkeypatch.setattr(mail, "_contents", dict(mail._contents))
    monkeypatch.setattr(mail, "_recipients", list(mail._recipients))
    monkeypatch.setattr(mail, "_readers", dict(mail._readers))


@pytest.fixture
def posted(group):
    """A posted mail whose recipient is known and whose words are made when it leaves."""
    register_recipients(lambda user_id: Recipient("anne.fictive@tilleuls.example", "Anne Fictivé"))
    mail._contents["sessions_cut"] = lambda mail: {
        "link": mail.link("/x/"), "reason": "Vos droits ont changé.", "cut_at": now(),
    }  # fmt: skip
    with tenant(group.id):
        return post_mail(template="sessions_cut", to_user_id=uuid7(), context={"id": "1"}).pk


def row(group, message_id):
    with tenant(group.id):
        return Message.objects.filter(pk=message_id).first()


def ending(group_id):
    with tenant(group_id):
        return Settlement.objects.get()


def test_the_outbox_holds_ids_and_no_name(group, posted):
    payload = row(group, posted).payload
    assert set(payload) == {"template", "context", "to_user_id"}
    assert "Anne" not in json.dumps(payload)


def test_it_is_composed_when_it_leaves(group, posted):
    deliver(group.id, posted)
    assert ending(group.id).outcome == Outcome.DONE
    [message] = sent.outbox
    assert message.subject == "Vos sessions Trousseau ont été fermées"
    assert message.extra_headers["Message-ID"].startswith(f"<{posted}@")
    assert f"{settings.PUBLIC_URL}/x/" in message.body
    assert "Bonjour Anne Fictivé" in message.body
    assert "anne.fictive@tilleuls.example" in message.message()["To"]
    assert "Vos droits ont changé." in message.alternatives[0][0]


def test_it_is_not_sent_to_a_closed_account(group, posted):
    register_recipients(lambda user_id: None)
    deliver(group.id, posted)
    assert (ending(group.id).outcome, sent.outbox) == (Outcome.GIVEN_UP, [])


def test_it_is_not_sent_when_it_has_no_object_any_more(group, posted):
    mail._contents["sessions_cut"] = lambda mail: None
    deliver(group.id, posted)
    assert (ending(group.id).outcome, sent.outbox) == (Outcome.GIVEN_UP, [])


@pytest.mark.parametrize("door", ["none", "operator"])
def test_outside_of_a_group_it_belongs_to_the_platform(door):
    if door == "operator":
        with operator():
            message = post_mail(template="x", to_user_id=uuid7())
    else:
        message = post_mail(template="x", to_user_id=uuid7())
    assert message.group_id == PLATFORM


def test_it_goes_to_somebody():
    with pytest.raises(ValueError, match="an account, to an address or to the reader"):
        post_mail(template="x")


def test_a_template_may_have_a_reader_without_an_account(group):
    mail_reader("lecteur")(lambda posted: Recipient(f"{posted.context['id']}@x.example"))
    with pytest.raises(ValueError, match="to the reader"):
        post_mail(template="lecteur", to_address="quelqu.un@x.example")
    with tenant(group.id):
        payload = post_mail(template="lecteur", context={"id": "lou"}).payload
    assert payload == {"template": "lecteur", "context": {"id": "lou"}}
    asked = Delivery(uuid7(), group.id, mail.KIND, "courriel", payload, 1)
    assert mail.recipient_of(asked) == Recipient("lou@x.example")


def test_a_template_has_one_maker():
    mail_content("essai")(lambda mail: {"a": 1})
    assert mail.content_of(mail.Mail("essai", PLATFORM, None, {})) == {"a": 1}
    assert mail.content_of(mail.Mail("autre", PLATFORM, None, {"b": 2})) == {"b": 2}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("behaviour", "state", "words"),
    [
        (Behaviour(), None, ""),
        (
            Behaviour(recipient="550 no such user"),
            MessageState.TO_HANDLE,
            "refuse l'adresse du destinataire (550)",
        ),
        (Behaviour(recipient="451 try later"), MessageState.PENDING, "pour l'instant (451)"),
        (Behaviour(end_of_data="554 spam"), MessageState.TO_HANDLE, "refuse l'envoi (554)"),
        (Behaviour(end_of_data="452 full"), MessageState.PENDING, "pour l'instant (452)"),
        (Behaviour(silent_after_data=True), MessageState.TO_HANDLE, "on ignore s'il l'a accepté"),
    ],
    ids=["accepts", "unknown recipient", "greylist", "refused content", "full", "silent"],
)
def test_what_a_server_answers(group, posted, settings, behaviour, state, words):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = SMTP, "127.0.0.1", 0.5
    with mail_server(behaviour) as port:
        settings.EMAIL_PORT = port
        deliver(group.id, posted)
        found = row(group, posted)
        assert (found and found.state) == state
        if found:
            assert words in found.reason
            deliver(group.id, posted)  # what waits for a person, or for its time, is not sent again
    assert len(behaviour.received) == (0 if "RCPT" in words or behaviour.recipient[0] != "2" else 1)
    for text in behaviour.received:
        assert message_from_string(text, policy=policy.default)["Message-ID"].startswith(f"<{posted}@")


def test_a_server_that_is_away_is_tried_again(group, posted, settings):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
            SMTP,
            "127.0.0.1",
            closed.getsockname()[1],
        )
        deliver(group.id, posted)
    found = row(group, posted)
    assert (found.state, found.attempts) == (MessageState.PENDING, 1)
    assert "ne répond pas" in found.reason


EVERYTHING = {
    "recipient": Recipient("x@y.example", "Anne L'Éxemple"), "public_url": "https://trousseau.example",
    "link": "https://trousseau.example/x/", "group_name": "Les Tilleuls", "inviter_name": "Camille Fictif",
    "role_label": "référent de site", "expires_at": now(), "cut_at": now(), "reason": "Vos droits ont changé.",
    "granted_by_name": "Camille Fictif", "granted_to_name": "Dominique Exemple", "at": now(), "count": 3,
    "filename": "journal-2026-11-22.jsonl",
}  # fmt: skip


@pytest.mark.parametrize(
    "template", ["invitation", "password_reset", "sessions_cut", "membership_to_confirm", "journal_heads"]
)
def test_templates_say_the_same_in_text_and_html(template):
    subject = render_to_string(f"emails/{template}.subject.txt", EVERYTHING).strip()
    text = render_to_string(f"emails/{template}.txt", EVERYTHING)
    html = render_to_string(f"emails/{template}.html", EVERYTHING)
    assert subject
    assert "\n" not in subject
    assert "Anne" not in subject
    assert "&#x27;" not in text, "plain text is not escaped"
    assert "Bonjour" in html
    if template != "journal_heads":
        assert EVERYTHING["link"] in text
        assert EVERYTHING["link"] in html


def test_the_heads_of_the_journal_leave_by_file_and_by_mail(group, settings, tmp_path):
    settings.JOURNAL_HEADS_DIRECTORY, settings.JOURNAL_HEADS_MAIL = (
        str(tmp_path / "têtes"),
        "rssi@tilleuls.example",
    )
    with tenant(group.id):
        record(Machine("Le robot"), Act("x", "{actor} essaie."), object_kind="x", object_id=None)
    seal_group(group.id)
    send_heads()
    send_heads()
    [file] = (tmp_path / "têtes").iterdir()
    assert [one.number for one in read_heads(file.read_text()) if one.group_id == group.id] == [1, 1]
    with tenant(PLATFORM):
        waiting = list(Message.objects.values_list("pk", flat=True))
    deliver(PLATFORM, waiting[0])
    [message] = sent.outbox
    assert message.to == ["rssi@tilleuls.example"]
    name, content, _ = message.attachments[0]
    assert name == file.name
    assert group.id in {one.group_id for one in read_heads(content)}
