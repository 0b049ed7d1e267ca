"""What each page is compared with: the same rows by bare SQL, and through a bare view and a ten-line template.

Neither stands behind the walls: the statements run as the tables' owner with the group written in them.
"""

from functools import cache
from typing import Any

from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.template import engines

TEMPLATE = """<!doctype html>
<html lang="fr"><head><title>{{ title }}</title></head><body>
<h1>{{ title }}</h1>
<table>
<tr>{% for name in names %}<th scope="col">{{ name }}</th>{% endfor %}</tr>
{% for row in rows %}
<tr>{% for value in row %}<td>{{ value|default_if_none:"" }}</td>{% endfor %}</tr>
{% endfor %}
</table>
</body></html>"""

FIGURES = """
SELECT e.id, e.name, e.city, count(DISTINCT a.person_id) FILTER (WHERE a.state = 'running') AS present,
  count(*) FILTER (WHERE a.state = 'running' AND a.kind = 'mission' AND a.ends_at < now() + interval '72 hours') AS ending,
  count(*) FILTER (WHERE a.state = 'running' AND a.ends_at < date_trunc('day', now()) + interval '1 day') AS leaving,
  count(*) FILTER (WHERE a.state = 'planned') AS arriving
FROM groups_establishment e LEFT JOIN assignments_assignment a ON a.establishment_id = e.id AND a.group_id = e.group_id
  AND a.state IN ('running', 'planned')
WHERE e.group_id = %(group)s {site} GROUP BY e.id ORDER BY e.search_key
"""
AGENDA = """
SELECT p.birth_name, p.usage_name, p.first_names, a.kind, a.ends_at, a.id FROM assignments_assignment a
JOIN people_person p ON p.id = a.person_id
WHERE a.group_id = %(group)s AND a.establishment_id = %(site)s AND ((a.state = 'running'
  AND a.ends_at < now() + interval '72 hours')
  OR (a.state = 'planned' AND a.starts_at < date_trunc('day', now()) + interval '1 day'))
ORDER BY a.ends_at
"""
UNCHECKED = """
SELECT p.birth_name, p.usage_name, p.first_names FROM assignments_assignment a JOIN people_person p ON p.id = a.person_id
WHERE a.group_id = %(group)s AND a.establishment_id = %(site)s AND a.state = 'running'
  AND NOT EXISTS (SELECT FROM people_identitycheck c WHERE c.person_id = p.id AND c.group_id = a.group_id)
ORDER BY p.name_key
"""
TABS = """
SELECT count(*) FILTER (WHERE state = 'running'), count(*) FILTER (WHERE state = 'planned'),
  count(*) FILTER (WHERE state = 'ended' AND ends_at > now() - interval '12 months')
FROM assignments_assignment WHERE group_id = %(group)s AND establishment_id = %(site)s
"""
FUNCTIONS = """
SELECT code, label FROM assignments_nationalfunction WHERE code IN (SELECT function_id FROM assignments_assignment
WHERE group_id = %(group)s AND establishment_id = %(site)s) ORDER BY search_key
"""
PEOPLE = """
SELECT p.id, p.birth_name, p.usage_name, p.first_names, p.birth_date, f.label, a.kind, a.starts_at, a.ends_at, a.agency, a.id
FROM assignments_assignment a JOIN people_person p ON p.id = a.person_id
JOIN assignments_nationalfunction f ON f.code = a.function_id
WHERE a.group_id = %(group)s AND a.establishment_id = %(site)s AND a.state = 'running' ORDER BY p.name_key LIMIT 25
"""
TABS_OF_GROUP = TABS.replace(" AND establishment_id = %(site)s", "")
FUNCTIONS_OF_GROUP = FUNCTIONS.replace(" AND establishment_id = %(site)s", "")
SITES = "SELECT id, name FROM groups_establishment WHERE group_id = %(group)s ORDER BY search_key"
PEOPLE_OF_GROUP = (
    PEOPLE.replace("a.agency, a.id", "a.agency, a.id, e.name")
    .replace(" AND a.establishment_id = %(site)s", "")
    .replace(
        "WHERE a.group_id",
        "JOIN groups_establishment e ON e.id = a.establishment_id AND e.group_id = a.group_id WHERE a.group_id",
    )
)
SEARCH = """
SELECT p.id, p.birth_name, p.usage_name, p.first_names, p.birth_date, p.birth_place,
  (SELECT string_agg(i.kind || i.value, ', ')
    FROM people_personidentifier i WHERE i.person_id = p.id AND i.group_id = p.group_id)
FROM people_person p
WHERE p.group_id = %(group)s AND (p.name_key LIKE 'martin%%' OR p.name_key LIKE '%% martin%%')
ORDER BY p.birth_name_key <> 'martin', p.name_key LIMIT 26
"""
PERSON = (
    "SELECT * FROM people_person WHERE group_id = %(group)s AND id = %(person)s",
    "SELECT * FROM people_personidentifier WHERE group_id = %(group)s AND person_id = %(person)s",
    "SELECT * FROM people_identitycheck WHERE group_id = %(group)s AND person_id = %(person)s ORDER BY checked_at DESC",
    "SELECT a.*, e.name, f.label FROM assignments_assignment a JOIN groups_establishment e ON e.id = a.establishment_id"
    " JOIN assignments_nationalfunction f ON f.code = a.function_id"
    " WHERE a.group_id = %(group)s AND a.person_id = %(person)s ORDER BY a.starts_at DESC",
    "SELECT at, sentence FROM journal_line WHERE group_id = %(group)s AND object_id = %(person)s ORDER BY at DESC LIMIT 50",
)
CHOICES = """
SELECT p.id, p.birth_name, p.usage_name, p.first_names, f.label FROM assignments_assignment a
JOIN people_person p ON p.id = a.person_id JOIN assignments_nationalfunction f ON f.code = a.function_id
WHERE a.group_id = %(group)s AND a.establishment_id = %(site)s AND a.state = 'running' ORDER BY p.name_key
"""
_QUALITY = """
count(*), count(*) FILTER (WHERE p.birth_date = ''), count(*) FILTER (WHERE p.birth_place = ''),
  count(*) FILTER (WHERE p.sex = ''), count(*) FILTER (WHERE p.first_names = '{}'),
  count(*) FILTER (WHERE p.phone = '' AND NOT p.has_no_phone), count(*) FILTER (WHERE p.email = ''),
  count(*) FILTER (WHERE p.id NOT IN (SELECT person_id FROM people_identitycheck WHERE group_id = %(group)s)),
  count(*) FILTER (WHERE p.id NOT IN (SELECT person_id FROM national_directory_directorylink
    WHERE group_id = %(group)s AND state = 'linked'))
FROM (SELECT DISTINCT establishment_id, person_id FROM assignments_assignment
  WHERE group_id = %(group)s AND state IN ('planned', 'running')) a
JOIN people_person p ON p.id = a.person_id
"""
QUALITY = (
    f"SELECT {_QUALITY}",  # noqa: S608
    f"SELECT a.establishment_id, {_QUALITY} GROUP BY a.establishment_id",  # noqa: S608
)
_NEWCOMER = "FROM people_person p WHERE p.group_id = %(group)s AND p.birth_name = 'Banc-Essai'"
ARRIVAL = (
    "SELECT id, birth_name, usage_name, first_names, birth_date, birth_place, phone, email FROM people_person"
    " WHERE group_id = %(group)s AND (birth_date = '1990-04-12' OR birth_name_key = 'banc essai') LIMIT 300",
    "SELECT code, label, is_common FROM assignments_nationalfunction WHERE is_selectable"
    " ORDER BY is_common DESC, search_key",
    CHOICES,
    "INSERT INTO people_person (id, group_id, birth_name, first_names, usage_name, sex, birth_date, birth_commune_code,"
    " birth_country_code, birth_place, phone, has_no_phone, email, created_at)"
    " VALUES (gen_random_uuid(), %(group)s, 'Banc-Essai', '{Camille}', '', 'F', '1990-04-12', '01053', '99100',"
    " 'Bourg-en-Bresse', '', false, '', now())",
    "INSERT INTO assignments_assignment (id, group_id, person_id, establishment_id, kind, contract, function_id, starts_at,"
    " ends_at, state, agency, end_reason, source, created_at) SELECT gen_random_uuid(), p.group_id, p.id, %(site)s,"
    " 'mission', 'temp', 'R85-313', now(), now() + interval '3 days', 'running', '', '', 'bench', now() "
    + _NEWCOMER,
    "INSERT INTO assignments_assignmentchange (id, group_id, assignment_id, establishment_id, at, by_name, from_state,"
    " to_state, reason) SELECT gen_random_uuid(), a.group_id, a.id, a.establishment_id, now(), '', '', 'running', ''"
    " FROM assignments_assignment a WHERE a.group_id = %(group)s AND a.source = 'bench'",
    "INSERT INTO people_identitycheck (id, group_id, person_id, method, document_kind, level, checked_at, checked_by,"
    " checked_by_name) SELECT gen_random_uuid(), p.group_id, p.id, 'face_to_face', 'passport', 'substantial', now(),"
    " gen_random_uuid(), '' " + _NEWCOMER,
    *[
        "INSERT INTO journal_line (id, group_id, at, actor_name, act, object_kind, object_id, sentence, request_id)"
        " SELECT gen_random_uuid(), p.group_id, now(), '', 'bench', 'person', p.id, 'Banc', '' " + _NEWCOMER
    ]
    * 3,
)

DESK = (
    "SELECT state, count(*) FROM registrations_registrationrequest WHERE group_id = %(group)s GROUP BY state",
    "SELECT r.id, r.state, r.route, r.created_at, p.birth_name, p.usage_name, p.first_names, e.name, f.label FROM"
    " (SELECT *, row_number() OVER (PARTITION BY state ORDER BY created_at, id) AS rank"
    "  FROM registrations_registrationrequest WHERE group_id = %(group)s) r"
    " JOIN people_person p ON p.id = r.person_id JOIN groups_establishment e ON e.id = r.establishment_id"
    " JOIN assignments_nationalfunction f ON f.code = r.function_id WHERE r.rank <= 6 ORDER BY r.created_at",
    SITES,
)
_TO_REGISTER = """
FROM people_person p WHERE p.group_id = %(group)s AND EXISTS (SELECT FROM assignments_assignment a
  WHERE a.group_id = p.group_id AND a.person_id = p.id AND a.state IN ('planned', 'running') AND a.contract <> 'temp'
  AND a.function_id IN (SELECT function_code FROM national_directory_registrationauthority WHERE door = 'employeur'))
AND NOT EXISTS (SELECT FROM people_personidentifier i WHERE i.group_id = p.group_id AND i.person_id = p.id
  AND i.kind IN ('rpps', 'psi') AND i.valid_to IS NULL)
"""
TO_REGISTER = (
    "SELECT count(*) " + _TO_REGISTER,
    "SELECT p.id, p.birth_name, p.usage_name, p.first_names, p.phone, p.email, p.birth_date, p.birth_place "
    + _TO_REGISTER
    + " ORDER BY p.name_key LIMIT 25",
    SITES,
)

STATEMENTS: dict[str, tuple[str, ...]] = {
    "accueil_site": (FIGURES.format(site="AND e.id = %(site)s"), AGENDA, UNCHECKED),
    "accueil_groupe": (FIGURES.format(site=""),),
    "professionnels_site": (TABS, FUNCTIONS, PEOPLE),
    "professionnels_groupe": (TABS_OF_GROUP, FUNCTIONS_OF_GROUP, SITES, PEOPLE_OF_GROUP),
    "recherche": (SEARCH,),
    "fiche": PERSON,
    "qualite": QUALITY,
    "arrivee": ARRIVAL,
    "enregistrements": DESK,
    "a_enregistrer": TO_REGISTER,
}


def bare_rows(name: str, values: dict[str, Any]) -> tuple[list[str], list[tuple]]:
    """Column names of the last statement, and the rows of all."""
    rows: list[tuple] = []
    names: list[str] = []
    with connections["owner"].cursor() as cursor:
        for statement in STATEMENTS[name]:
            cursor.execute(statement, values)
            if cursor.description:
                names = [column.name for column in cursor.description]
                rows += cursor.fetchall()
    return names, rows


def bare_view(request: HttpRequest, name: str) -> HttpResponse:
    """The reference page: `name` of STATEMENTS, its values in the query string."""
    names, rows = bare_rows(name, request.GET.dict())
    return HttpResponse(_template().render({"title": name, "names": names, "rows": rows}))


@cache
def _template() -> Any:
    """Compiled once, as the product's are."""
    return engines["django"].from_string(TEMPLATE)
