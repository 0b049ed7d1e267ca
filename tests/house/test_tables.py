"""Every table stands behind the walls, or on the list with a reason."""

import re

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from portal.foundation.keys import uuid7
from portal.foundation.tenancy import tenant
from tests.house.rooms import our_models, tenant_tables

BEFORE_THE_TENANT = "read before the tenant is known: accounts, sessions and rights decide which tenant it is"
MAILBOX = "of an account and its mailbox, which belong to no single group: one digest for all of them"
NATIONAL = "national reference table: no tenant in it, written by the owner's commands only"
UNREAD = "allauth's own tables of its OpenID Connect provider: nothing reads or writes them, no role has a right on them"
FRAMEWORK = "Django's own bookkeeping: no tenant in it"

# table → reason. A line that no longer names a table fails too.
OUTSIDE = {
    "memberships_user": BEFORE_THE_TENANT,
    "memberships_membership": BEFORE_THE_TENANT,
    "memberships_invitation": BEFORE_THE_TENANT,
    "django_session": BEFORE_THE_TENANT,
    "account_emailaddress": BEFORE_THE_TENANT,
    "account_emailconfirmation": BEFORE_THE_TENANT,
    "mfa_authenticator": BEFORE_THE_TENANT,
    "usersessions_usersession": BEFORE_THE_TENANT,
    "sign_in_externalidentity": BEFORE_THE_TENANT,
    "notices_preferences": MAILBOX,
    "notices_digest": MAILBOX,
    "notices_departure": MAILBOX,
    "notices_mailaddress": MAILBOX,
    "notices_bounce": MAILBOX,
    "groups_finesscategory": NATIONAL,
    "groups_finesslegalentity": NATIONAL,
    "groups_finessestablishment": NATIONAL,
    "groups_finessload": NATIONAL,
    "people_commune": NATIONAL,
    "people_country": NATIONAL,
    "assignments_nationalfunction": NATIONAL,
    "assignments_jobshortcut": NATIONAL,
    **dict.fromkeys(
        (
            f"national_directory_{name}"
            for name in "nationalperson nationalactivity nationalstructure knowhow degree card mailbox label"
            " registrationauthority"
            " directoryload directorychange".split()
        ),
        NATIONAL,
    ),
    "socialaccount_socialapp": UNREAD,
    "socialaccount_socialaccount": UNREAD,
    "socialaccount_socialtoken": UNREAD,
    "django_migrations": FRAMEWORK,
    "django_content_type": FRAMEWORK,
    "auth_group": FRAMEWORK,
    "auth_group_permissions": FRAMEWORK,
    "auth_permission": FRAMEWORK,
}


def rows(statement: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def tables() -> set[str]:
    return {
        name
        for (name,) in rows(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
    }


@pytest.mark.django_db
def test_every_table_has_forced_policies_or_a_reason():
    protected = {
        name
        for (name,) in rows(
            "SELECT relname FROM pg_class c WHERE relrowsecurity AND relforcerowsecurity AND EXISTS"
            " (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant_group')"
        )
    }
    assert tables() - protected - set(OUTSIDE) == set(), "neither protected nor listed with a reason"


@pytest.mark.django_db
def test_the_list_of_reasons_is_not_stale():
    assert set(OUTSIDE) - tables() == set()


@pytest.mark.django_db
def test_policies_are_the_bare_wall_and_nothing_else():
    found = rows(
        "SELECT tablename, policyname, qual FROM pg_policies WHERE policyname IN ('tenant_group', 'tenant_site')"
    )
    assert {table for table, _, _ in found} == set(tenant_tables())
    for table, policy, clause in found:
        assert re.match(r"^\(+(group_id|id) = \( SELECT app\.gid\(\)", clause), f"{table}.{policy}: {clause}"
        assert " OR " not in clause or table == "people_visibility", f"{table}.{policy}: {clause}"
        assert "CASE" not in clause, f"{table}.{policy}: {clause}"


def rows_seen(table: str) -> int:
    """0 when the table is refused altogether."""
    try:
        with transaction.atomic():
            return rows(f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608
    except ProgrammingError as error:
        if "permission denied" in str(error):
            return 0
        raise


@pytest.mark.django_db
@pytest.mark.parametrize("table", tenant_tables())
def test_gives_no_row_without_context(group, table):
    assert rows_seen(table) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("table", tenant_tables())
def test_gives_no_row_to_another_group(group, table):
    with tenant(uuid7()):
        assert rows_seen(table) == 0


@pytest.mark.django_db
def test_a_tenant_table_keys_everything_by_group():
    own = set(tenant_tables()) - {"groups_group"}
    found = rows(
        "SELECT t.relname, i.relname, pg_get_indexdef(i.oid) FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid"
        " JOIN pg_class i ON i.oid = x.indexrelid WHERE NOT x.indisprimary AND t.relnamespace = 'public'::regnamespace"
    )
    # Partial indexes of the sweeps are read by portal_clock over all groups.
    by_the_clock = {"assignments_due_to_end", "assignments_due_to_start", "dispatch_due"}
    wrong = [
        f"{table}: {definition}"
        for table, name, definition in found
        if table in own and name not in by_the_clock and not re.search(r"\((group_id)\b", definition)
    ]
    assert wrong == []


@pytest.mark.django_db
def test_foreign_keys_between_tenant_tables_carry_the_group():
    own = set(tenant_tables()) - {"groups_group"}
    found = rows(
        "SELECT conrelid::regclass::text, confrelid::regclass::text, conname, array_length(conkey, 1)"
        " FROM pg_constraint WHERE contype = 'f'"
    )
    wrong = [name for source, target, name, width in found if source in own and target in own and width < 2]
    assert wrong == []
    declared = {
        (model._meta.db_table, field.column)
        for model in our_models()
        for field in model._meta.concrete_fields
        if field.is_relation and model._meta.db_table in own and field.related_model._meta.db_table in own
    }
    checked = {
        (table, column)
        for table, column in rows(
            "SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c JOIN pg_attribute a"
            " ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) WHERE c.contype = 'f'"
        )
    }
    assert declared - checked == set(), "a relation that PostgreSQL does not check"


@pytest.mark.django_db
def test_the_application_role_can_bypass_nothing():
    assert rows(
        "SELECT rolsuper, rolbypassrls, rolinherit, rolcreaterole FROM pg_roles WHERE rolname = session_user"
    ) == [(False, False, False, False)]
    assert rows("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = session_user") == [(0,)]
    assert rows(
        "SELECT count(*) FROM information_schema.role_table_grants WHERE privilege_type = 'TRUNCATE'"
        " AND grantee LIKE 'portal\\_%%' AND grantee <> 'portal_owner'"
    ) == [(0,)]


def test_tenant_models_take_their_group_from_the_door():
    for table in tenant_tables():
        model = next(one for one in apps.get_models() if one._meta.db_table == table)
        names = {field.name for field in model._meta.concrete_fields}
        assert table == "groups_group" or "group_id" in names, f"{table} has no group"
