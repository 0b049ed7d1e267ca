"""Migration operations that put a table behind the walls, or say why it stands outside of them.

A policy is `group_id = (SELECT app.gid())` and, for people limited to some establishments, one more clause; never an OR
on the tenant, never a CASE (figures in portal/decisions/0001-tenancy.md).
"""

from django.db import migrations

GROUP_WALL = "group_id = (SELECT app.gid())"
SITE_WALL = "establishment_id = ANY ((SELECT app.eids())::uuid[])"
LOGIN_ROLES = "portal_app, portal_group, portal_site, portal_operator"


def seen_with_the_person(column: str) -> str:
    """Site clause for what hangs on a person (`table.column`): seen while the person is, by people_visibility's own policy.

    EXISTS, not IN: PostgreSQL then looks one person up or reads all of a site's, whichever the statement makes cheaper.
    """
    return f"EXISTS (SELECT FROM people_visibility v WHERE v.person_id = {column})"  # noqa: S608  a column of ours


def protect(
    table: str,
    *,
    group: str = "SELECT, INSERT, UPDATE",
    site: str | None = "SELECT, INSERT, UPDATE",
    site_wall: str | None = SITE_WALL,
    site_check: str | None = None,
    group_wall: str = GROUP_WALL,
) -> migrations.RunSQL:
    """Row security, forced, with both walls and the rights named.

    `site=None` shuts the table to people limited to some establishments; `site_wall=None` lets them see the group's rows;
    `site_check` is the clause for what they write, when it differs from what they see.
    """
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY owner_all ON {table} TO portal_owner USING (true) WITH CHECK (true)",
        f"CREATE POLICY tenant_group ON {table} TO portal_group USING ({group_wall}) WITH CHECK ({group_wall})",
        f"GRANT {group} ON {table} TO portal_group",
    ]
    if site is not None:
        seen = f"{group_wall} AND {site_wall}" if site_wall else group_wall
        written = f"{group_wall} AND {site_check}" if site_check else seen
        statements += [
            f"CREATE POLICY tenant_site ON {table} TO portal_site USING ({seen}) WITH CHECK ({written})",
            f"GRANT {site} ON {table} TO portal_site",
        ]
    return migrations.RunSQL(";\n".join(statements), migrations.RunSQL.noop)


def open_to(table: str, role: str, columns: str) -> migrations.RunSQL:
    """Lets a platform role (portal_operator, portal_clock) read the named columns of every group, and nothing else."""
    return migrations.RunSQL(
        f"CREATE POLICY {role} ON {table} FOR SELECT TO {role} USING (true);"
        f"GRANT SELECT ({columns}) ON {table} TO {role}",
        migrations.RunSQL.noop,
    )


def outside(*tables: str, rights: str = "SELECT, INSERT, UPDATE, DELETE") -> migrations.RunSQL:
    """Tables read before the tenant is known (accounts, sessions, memberships): listed with a reason in tests/house."""
    return migrations.RunSQL(
        ";".join(f"GRANT {rights} ON {table} TO {LOGIN_ROLES}" for table in tables), migrations.RunSQL.noop
    )


def national(*tables: str) -> migrations.RunSQL:
    """National reference tables: read by every door, written by the owner's commands only."""
    return migrations.RunSQL(
        ";".join(f"GRANT SELECT ON {table} TO portal_national, portal_app" for table in tables),
        migrations.RunSQL.noop,
    )
