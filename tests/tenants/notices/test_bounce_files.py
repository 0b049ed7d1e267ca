"""Files of mails that came back, as odd as mail servers, spreadsheets and strangers make them."""

from email.message import EmailMessage, Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as some

from portal.foundation.keys import uuid7
from tenants.notices.bounce_files import LARGEST, Unreadable, reports_in
from tenants.notices.models import Bounce, MailAddress
from tenants.notices.operations import Report
from tenants.notices.queries import failing_address
from tests.factories.notices import DepartureFactory

pytestmark = pytest.mark.django_db
NAMES = some.sampled_from(["fuzz.eml", "fuzz.csv", "fuzz.mbox"])


def notification(
    message_id, *, action="failed", status="5.1.1", to="retours@portail.example", headers="rfc822"
) -> Message:
    """As RFC 3464 §3 and appendix E show them: words, the report, what is returned."""
    top = MIMEMultipart("report", **{"report-type": "delivery-status"})
    top["From"] = "MAILER-DAEMON@serveur.example"
    top["To"] = to
    top["Message-ID"] = f"<{uuid7()}@serveur.example>"
    top["Date"] = "Mon, 23 Nov 2026 08:00:00 +0100"
    top.attach(MIMEText("Votre courriel n'a pas pu être remis.", "plain", "utf-8"))
    top.attach(_status(action, status))
    if headers == "rfc822":
        returned = EmailMessage()
        returned["Message-ID"] = f"<{message_id}@portail.example>"
        returned["Subject"] = "Votre récapitulatif Trousseau"
        part = Message()
        part.set_type("message/rfc822")
        part.set_payload([returned])
        top.attach(part)
    elif headers == "text":
        top.attach(
            MIMEText(f"Message-ID: <{message_id}@portail.example>\r\nSubject: x\r\n", "rfc822-headers")
        )
    return top


def _status(action: str, status: str) -> Message:
    part = Message()
    part.set_type("message/delivery-status")
    about, recipient = Message(), Message()
    about["Reporting-MTA"] = "dns; serveur.example"
    recipient["Final-Recipient"] = "rfc822; quelquun@ailleurs.example"
    recipient["Action"] = action
    recipient["Status"] = status
    recipient["Diagnostic-Code"] = "smtp; 550 no such user"
    part.set_payload([about, recipient])
    return part


def read(path: Path) -> list:
    return list(reports_in(path))


def run(path: Path) -> str:
    out = StringIO()
    call_command("record_bounces", str(path), stdout=out)
    return out.getvalue()


@pytest.fixture
def written(tmp_path):
    def write(content: bytes | Message, name: str = "avis.eml") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.as_bytes())
        return path

    return write


class TestNotifications:
    @pytest.mark.parametrize("headers", ["rfc822", "text"])
    def test_is_tied_to_the_message_that_it_returns(self, manager, written, headers):
        departure = DepartureFactory(user=manager)
        [found] = read(written(notification(departure.message_id, headers=headers)))
        assert (found.message_id, found.status, found.address) == (departure.message_id, "5.1.1", "")
        assert found.at.hour == 8

    def test_or_to_the_envelope_that_it_came_to(self, manager, written):
        departure = DepartureFactory(user=manager)
        to = f"retours+{departure.message_id}@portail.example"
        [found] = read(written(notification(uuid7(), to=to, headers="")))
        assert found.message_id == departure.message_id

    def test_marks_the_address_the_message_left_to_whatever_forwarded_it(self, manager, written):
        departure = DepartureFactory(user=manager)
        assert "1 adresses qui ne reçoivent plus" in run(written(notification(departure.message_id)))
        assert failing_address(manager.email) is not None

    def test_the_same_file_again_changes_nothing(self, manager, written):
        path = written(notification(DepartureFactory(user=manager).message_id))
        run(path)
        assert "1 déjà connus" in run(path)
        assert Bounce.objects.count() == 1

    def test_a_forged_one_that_names_no_message_of_ours_marks_nobody(self, manager, written):
        forged = notification(uuid7())
        forged.get_payload()[1].get_payload()[1].replace_header("Final-Recipient", f"rfc822; {manager.email}")
        assert "1 sans compte ni courriel de chez nous" in run(written(forged))
        assert failing_address(manager.email) is None

    def test_a_delay_is_transient(self, manager, written):
        departure = DepartureFactory(user=manager)
        [found] = read(written(notification(departure.message_id, action="delayed", status="4.4.1")))
        assert found.status == "4.4.1"

    @pytest.mark.parametrize("status", ["", "cinq", "5", "2.0.0"])
    def test_a_failure_without_a_readable_code_is_permanent(self, manager, written, status):
        departure = DepartureFactory(user=manager)
        [found] = read(written(notification(departure.message_id, status=status)))
        assert found.status == "5.0.0"

    @pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", "", "Ÿ"])
    def test_what_did_not_fail_is_no_report(self, manager, written, action):
        departure = DepartureFactory(user=manager)
        [found] = read(written(notification(departure.message_id, action=action)))
        assert found.why == "aucun échec de remise"

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\x00\xff\xfe rien",
            b"Subject: Absence du bureau\r\n\r\nJe reviens lundi.",
            b"Content-Type: message/delivery-status\r\n\r\n",
            b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n--x--",
            b'Content-Type: multipart/report; boundary="\r\n\r\ncoupe',
        ],
        ids=["empty", "binary", "out of office", "status alone", "empty status", "cut"],
    )
    def test_what_is_no_notification_is_told_and_marks_nobody(self, written, content):
        assert all(isinstance(one, Unreadable) for one in read(written(content)))
        assert "1 illisibles" in run(written(content))

    @pytest.mark.slow
    def test_a_message_nested_without_end_is_told(self, written):
        nested = b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000)
        )
        assert all(isinstance(one, Unreadable) for one in read(written(nested)))

    def test_a_huge_one_is_not_read(self, written):
        [found] = read(written(b"Subject: x\r\n\r\n" + b"x" * (LARGEST + 10)))
        assert found.why == "message trop long"

    def test_an_mbox_is_read_message_by_message(self, manager, administrator, written):
        parts = [notification(DepartureFactory(user=one).message_id) for one in (manager, administrator)]
        junk = b"From x@y Mon Nov 23 08:00:00 2026\nSubject: bonjour\n\nFrom ici, rien.\n\n"
        mbox = b"".join(b"From - Mon Nov 23 08:00:00 2026\n" + one.as_bytes() + b"\n\n" for one in parts)
        told = run(written(junk + mbox, "boite"))
        assert "2 adresses qui ne reçoivent plus" in told
        assert "boite, message 1 : ce n'est pas un avis de non-remise" in told

    def test_a_huge_message_of_an_mbox_does_not_hide_the_next(self, manager, written):
        huge = b"From x Mon Nov 23 08:00:00 2026\nSubject: x\n\n" + b"x" * (LARGEST * 2) + b"\n\n"
        good = (
            b"From x Mon Nov 23 08:00:00 2026\n"
            + notification(DepartureFactory(user=manager).message_id).as_bytes()
        )
        first, second = read(written(huge + good, "boite.mbox"))
        assert first.why == "message trop long"
        assert isinstance(second, Report)

    def test_a_folder_is_read_whole(self, manager, tmp_path):
        (tmp_path / "new").mkdir()
        for rank in range(3):
            content = notification(
                DepartureFactory(user=manager).message_id, status="4.2.2", action="delayed"
            )
            (tmp_path / "new" / f"{rank}.eml").write_bytes(content.as_bytes())
        assert "3 retours enregistrés" in run(tmp_path)


class TestTables:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
    def test_any_encoding(self, manager, written, encoding):
        text = f"Adresse électronique;code reçu;date\r\n{manager.email};5.1.1;23/11/2026\r\n"
        assert "1 adresses qui ne reçoivent plus" in run(written(text.encode(encoding), "retours.csv"))

    @pytest.mark.parametrize(
        "line",
        [
            "{};5.1.1;2026-11-22",
            "{},5.1.1,22/11/2026",
            "{}\t550\t22/11/2026 08:00",
            '"{}";"5.2.1";',
            "{};5.1.1",
            " {} ; 5.1.1 ;",
        ],
    )
    def test_the_ways_people_write_a_line(self, manager, written, line):
        [found] = read(written(line.format(manager.email.title()).encode(), "retours.csv"))
        assert found.address == manager.email
        assert found.status[0] == "5"

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            ("x" * 200_000 + "@y;5.1.1", "ligne trop longue"),
            ("sans arobase;5.1.1;", "adresse illisible"),
            ("a@b.example;boum;", "code illisible"),
            ("a@b.example;;", "code illisible"),
            ("a@b.example;5.1.1;hier", "date illisible"),
            ('"a@b.example;5.1.1', "adresse illisible"),
            ("\x00\x01@\x02;5.1.1", "adresse illisible"),
        ],
    )
    def test_a_line_that_cannot_be_read_is_told_by_its_number(self, manager, written, line, why):
        content = f"adresse;code;date\n{line}\n\n{manager.email};5.1.1;\n".encode()
        first, second = read(written(content, "retours.csv"))
        assert first.where == "retours.csv, ligne 2"
        assert why in first.why
        assert isinstance(second, Report)

    def test_an_unknown_address_is_counted_and_not_kept(self, written):
        assert "1 sans compte" in run(written(b"inconnue@ailleurs.example;5.1.1;", "retours.csv"))
        assert not MailAddress.objects.exists()

    def test_the_same_line_twice_counts_once(self, manager, written):
        line = f"{manager.email};4.2.2;22/11/2026\n".encode()
        told = run(written(line * 2, "retours.csv"))
        assert "1 retours enregistrés" in told
        assert "1 déjà connus" in told


def test_no_address_is_printed(manager, written):
    assert "@" not in run(written(f"{manager.email};5.1.1;\n@@@;x;\n".encode(), "retours.csv"))


def test_a_path_that_does_not_open_is_told(tmp_path):
    with pytest.raises(CommandError, match="ne s'ouvre pas"):
        run(tmp_path / "absent.csv")


@pytest.mark.slow
@given(
    cuts=some.lists(some.tuples(some.floats(0, 1), some.binary(max_size=12)), min_size=1, max_size=8),
    name=NAMES,
)
def test_no_damage_ends_the_reading(tmp_path_factory, cuts, name):
    """A notification broken anywhere by anything is read, or told unreadable; never an error."""
    content = notification(uuid7()).as_bytes()
    for where, noise in cuts:
        at = int(where * len(content))
        content = content[:at] + noise + content[at + len(noise) // 2 :]
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(content)
    assert all(isinstance(one, Report | Unreadable) for one in reports_in(path))
