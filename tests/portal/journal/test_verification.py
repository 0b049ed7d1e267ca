"""What an intruder with the database owner's rights may do to the journal is found."""

import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections

from portal.foundation.clock import now
from portal.foundation.keys import uuid7
from portal.foundation.tenancy import tenant
from portal.journal.heads import current_heads, read_heads
from portal.journal.operations import Act, Entry, Machine, record_set
from portal.journal.sealing import seal_group
from portal.journal.verification import verify_group
from tests.fixtures import make_group

ACT = Act("test", "{actor} a classé {object}.")
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "owner"])]


def write(group_id, *objects, at=None) -> None:
    with tenant(group_id):
        entries = [
            Entry("file", uuid7(), {"object": one}, before={"rang": 1}, after={"rang": 2}) for one in objects
        ]
        record_set(Machine("l'archiviste"), ACT, entries, at=at)


@pytest.fixture
def chain():
    """Three seals of four lines."""
    group_id = uuid7()
    for _ in range(3):
        write(group_id, *"abcd")
        seal_group(group_id)
    return group_id


@pytest.fixture
def tamper():
    def run(statement: str, *values) -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute(statement, values)

    return run


def sentences(group_id, heads=()) -> str:
    return " / ".join(one.sentence for one in verify_group(group_id, heads).findings)


def test_an_untouched_journal_has_nothing_to_say(chain):
    report = verify_group(chain, list(current_heads([chain])))
    assert (report.lines, report.seals, report.findings) == (12, 3, [])


@pytest.mark.parametrize(
    "change",
    [
        "sentence = 'autre chose'", "actor_name = 'quelqu''un'", "at = at + interval '1 microsecond'", "after = NULL",
        "before = 'null'::jsonb", "object_id = gen_random_uuid()", "id = gen_random_uuid()", "request_id = 'x'",
        "establishment_id = gen_random_uuid()", "act = 'autre'", "number = number + 1000000", "object_kind = 'x'",
        "actor_id = gen_random_uuid()",
    ],
)  # fmt: skip
def test_an_edit_of_any_column_is_found(chain, tamper, change):
    tamper(
        f"UPDATE journal_line SET {change} WHERE id = (SELECT id FROM journal_line WHERE group_id = %s"
        " AND seal_number = 2 LIMIT 1)",
        chain,
    )
    found = sentences(chain)
    assert "Scellé n° 2 : au moins une ligne modifiée" in found
    assert "Scellé n° 1" not in found
    assert "Scellé n° 3" not in found


def test_a_deletion_in_the_middle_is_found(chain, tamper):
    tamper(
        "DELETE FROM journal_line WHERE id = (SELECT id FROM journal_line WHERE group_id = %s"
        " AND seal_number = 2 LIMIT 1)",
        chain,
    )
    assert "Scellé n° 2 : 1 ligne(s) sur 4 supprimée(s)" in sentences(chain)


def test_an_insertion_is_found(chain, tamper):
    tamper(
        "INSERT INTO journal_line (id, group_id, at, actor_name, act, object_kind, sentence, request_id, seal_number)"
        " SELECT gen_random_uuid(), %s, now(), 'x', 'x', 'x', 'x', '', 2",
        chain,
    )
    assert "Scellé n° 2 : 1 ligne(s) insérée(s)" in sentences(chain)


def test_lines_moved_from_one_seal_to_another_are_found(chain, tamper):
    tamper(
        "UPDATE journal_line SET seal_number = 3 WHERE id = (SELECT id FROM journal_line WHERE group_id = %s"
        " AND seal_number = 2 LIMIT 1)",
        chain,
    )
    found = sentences(chain)
    assert "Scellé n° 2 : 1 ligne(s) sur 4 supprimée(s) ou déplacée(s)" in found
    assert "Scellé n° 3 : 1 ligne(s) insérée(s) ou déplacée(s)" in found


def test_a_line_under_a_seal_that_does_not_exist_is_found(chain, tamper):
    tamper("UPDATE journal_line SET seal_number = 9 WHERE group_id = %s AND seal_number = 3", chain)
    found = sentences(chain)
    assert "les 4 ligne(s) du scellé n° 3 ont disparu" in found
    assert "portent le scellé n° 9, qui n'existe pas" in found


@pytest.mark.parametrize(
    ("gone", "words"),
    [(1, "Début tronqué : il manque le scellé n° 1"), (2, "Suppression : il manque le scellé n° 2")],
)
def test_a_seal_removed_with_its_lines_is_found(chain, tamper, gone, words):
    tamper("DELETE FROM journal_line WHERE group_id = %s AND seal_number = %s", chain, gone)
    tamper("DELETE FROM journal_seal WHERE group_id = %s AND number = %s", chain, gone)
    assert words in sentences(chain)


def test_a_removed_seal_hidden_by_renumbering_is_found(chain, tamper):
    for table, column in (("journal_line", "seal_number"), ("journal_seal", "number")):
        tamper(f"DELETE FROM {table} WHERE group_id = %s AND {column} = 1", chain)
        for number in (2, 3):
            tamper(
                f"UPDATE {table} SET {column} = %s WHERE group_id = %s AND {column} = %s",
                number - 1,
                chain,
                number,
            )
    found = sentences(chain)
    assert "Scellé n° 1 : il ne suit pas" in found
    assert "Scellé n° 1 : ses propres valeurs" in found


def test_a_truncated_end_is_found_with_the_exported_heads(chain, tamper):
    heads = list(current_heads([chain]))
    tamper("DELETE FROM journal_line WHERE group_id = %s AND seal_number = 3", chain)
    tamper("DELETE FROM journal_seal WHERE group_id = %s AND number = 3", chain)
    assert sentences(chain) == ""
    assert "Fin tronquée : le scellé n° 3 n'existe plus" in sentences(chain, heads)


def test_a_chain_rewritten_to_its_end_is_found_with_the_exported_heads(chain, tamper):
    heads = list(current_heads([chain]))
    tamper("DELETE FROM journal_seal WHERE group_id = %s", chain)
    tamper("UPDATE journal_line SET seal_number = NULL, sentence = 'rien à voir' WHERE group_id = %s", chain)
    for _ in range(3):
        seal_group(chain, batch=4)
    assert sentences(chain) == ""
    assert "le journal a été réécrit" in sentences(chain, heads)


def test_lines_dated_before_what_precedes_them_are_told_without_breaking_the_chain(chain):
    write(chain, "z", at=now() - timedelta(days=3))
    write(chain, "y", at=now() + timedelta(hours=3))
    seal_group(chain)
    findings = verify_group(chain).findings
    assert [one.is_break for one in findings] == [False, False]
    assert "1 ligne(s) antidatée(s)" in findings[0].sentence
    assert "1 ligne(s) postdatée(s)" in findings[1].sentence


def test_lines_that_wait_too_long_for_their_seal_are_told(chain):
    write(chain, "z", at=now() - timedelta(hours=1))
    assert "1 ligne(s) non scellée(s) depuis plus de 10 min" in sentences(chain)
    write(chain, "y")
    assert "1 ligne(s) non scellée(s)" in sentences(chain)


def test_another_groups_chain_says_nothing(chain, tamper):
    other = uuid7()
    write(other, "a")
    seal_group(other)
    tamper("UPDATE journal_line SET sentence = 'autre' WHERE group_id = %s", other)
    assert sentences(chain) == ""
    assert "Scellé n° 1" in sentences(other)


def test_twenty_thousand_lines_are_written_by_set_sealed_and_verified_in_seconds():
    """A million in under 60 s is measured apart (portal/decisions/0005-journal.md): a fiftieth of it, five times as slow."""
    group_id = uuid7()
    write(group_id, *range(20_000))
    assert seal_group(group_id, batch=5_000) == 20_000
    start = time.monotonic()
    report = verify_group(group_id)
    assert (report.lines, report.seals, report.findings) == (20_000, 4, [])
    assert time.monotonic() - start < 6


def run(*arguments: str) -> tuple[str, int]:
    out = StringIO()
    try:
        call_command("verify_journal", *arguments, stdout=out)
    except CommandError as error:
        return out.getvalue(), error.returncode
    return out.getvalue(), 0


def test_the_command_says_what_it_found_and_by_its_exit_code(tamper, tmp_path):
    group = make_group()
    write(group.id, *"ab")
    seal_group(group.id)
    export = tmp_path / "têtes.jsonl"
    call_command("export_journal_head", "--to", str(export), stdout=StringIO())
    call_command("export_journal_head", "--to", str(export), stdout=StringIO())
    assert len(read_heads(export.read_text())) == 2
    text, code = run("--group", group.slug, "--heads", str(export))
    assert code == 0
    assert f"{group.slug} : 2 lignes, 1 scellés" in text
    tamper("UPDATE journal_line SET sentence = 'autre' WHERE group_id = %s", group.id)
    text, code = run()
    assert code == 1
    assert "RUPTURE · Scellé n° 1 : au moins une ligne modifiée" in text
    tamper("DELETE FROM journal_line WHERE group_id = %s", group.id)
    tamper("DELETE FROM journal_seal WHERE group_id = %s", group.id)
    assert run() == ("Journal vérifié : 0 chaîne(s), rien à signaler.\n", 0)
    text, code = run("--heads", str(export))
    assert code == 1
    assert "Fin tronquée" in text


def test_the_command_refuses_a_file_that_holds_no_heads(tmp_path):
    wrong = tmp_path / "autre.txt"
    wrong.write_text("bonjour\n")
    assert run("--heads", str(wrong))[1] == 3
    assert run("--heads", str(tmp_path / "absent"))[1] == 3
    assert run("--group", "inconnu")[1] == 3
