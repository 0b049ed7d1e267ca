"""One file against the people and the affectations of its group, by set: who is who, then what each line does.

Works on the temporary table `hr_row` of the current transaction. The statements are written by hand: the walls apply to them
as to the rest.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection

from identities.hr_imports.doubles import find_doubles, link_by_rpps
from identities.hr_imports.rows import BLOCK, ROW_COLUMNS

_CLEAR = "".join(
    f"DROP TABLE IF EXISTS pg_temp.hr_{one};"
    for one in ("row", "person", "pair", "unclaimed", "move", "line")
)
_MAKE = f"CREATE TEMP TABLE hr_row ({', '.join(ROW_COLUMNS)}) ON COMMIT DROP"
_COPY = f"COPY hr_row ({', '.join(one.split()[0] for one in ROW_COLUMNS)}) FROM STDIN"

# One person on two lines: the same number with two birth dates or two names is nobody.
_TWO_PEOPLE = """
UPDATE hr_row r SET problems = jsonb_build_array(jsonb_build_object(
  'column', %(matricule_header)s::text, 'message',
  'Le même matricule ou RPPS (' || substr(r.key, 3) || ') est donné à deux personnes dans le fichier : ' || c.words ||
  '. Corrigez ces lignes dans la paie.'))
FROM (
  SELECT key, string_agg(DISTINCT birth_name || ' né(e) le ' || array_to_string(ARRAY[
    split_part(birth_date, '-', 3), split_part(birth_date, '-', 2), split_part(birth_date, '-', 1)], '/') ||
    ' (ligne ' || number || ')', ', ') AS words
  FROM hr_row WHERE key NOT LIKE 'n %%' AND birth_date <> '' AND name_key <> ''
  GROUP BY key HAVING count(DISTINCT birth_date) > 1 OR count(DISTINCT name_key) > 1
) c WHERE c.key = r.key AND r.problems IS NULL
"""
_TWICE = """
UPDATE hr_row r SET problems = jsonb_build_array(jsonb_build_object(
  'column', %(matricule_header)s::text, 'message',
  'Cette personne est déjà à la ligne ' || d.other || ', au même endroit, dans la même fonction et aux mêmes dates.'))
FROM (
  SELECT number, max(coalesce(ends_at, 'infinity')) OVER before > starts_at AS is_same, max(number) OVER before AS other
  FROM hr_row WHERE problems IS NULL
  WINDOW before AS (PARTITION BY key, establishment_id, function_id ORDER BY starts_at, number
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
) d WHERE d.number = r.number AND d.is_same
"""
_PEOPLE = """
CREATE TEMP TABLE hr_person ON COMMIT DROP AS
SELECT DISTINCT ON (hr_row.key) hr_row.key, number AS first_number, problems IS NOT NULL AS is_refused, matricule, rpps,
  birth_name, usage_name, first_names, sex, birth_date, birth_commune_code, birth_country_code, birth_place, phone,
  email, name_key,  usage_key, first_key, all_first_key, NULL::uuid AS person_id, false AS is_new, d.value AS decided,
  '[]'::jsonb AS doubles, '[]'::jsonb AS changes
FROM hr_row LEFT JOIN jsonb_each_text(%(decisions)s::jsonb) d ON d.key = hr_row.number::text
ORDER BY hr_row.key, problems IS NOT NULL, number
"""
_BY_MATRICULE = """
UPDATE hr_person h SET person_id = i.person_id FROM people_personidentifier i
WHERE i.kind = 'matricule' AND i.issuer = %(issuer)s AND i.value = h.matricule AND i.valid_to IS NULL AND h.matricule <> ''
"""
_BY_DECISION = """
UPDATE hr_person h SET person_id = coalesce(p.merged_into_id, p.id) FROM people_person p
WHERE h.person_id IS NULL AND h.decided IS NOT NULL AND h.decided <> 'new' AND p.id::text = h.decided
"""
# Nobody is linked but on every trait that a file gives, when one person alone has them and holds no other matricule of here.
_BY_TRAITS = """
WITH found AS (
  SELECT h.key, p.id, count(*) OVER (PARTITION BY h.key) AS of_line, count(*) OVER (PARTITION BY p.id) AS of_person
  FROM hr_person h JOIN people_person p ON p.birth_date = h.birth_date AND p.birth_name_key = h.name_key
  WHERE h.person_id IS NULL AND p.merged_into_id IS NULL AND h.decided IS NULL AND h.birth_date <> '' AND h.first_key <> ''
    AND h.first_key = app.search_key(p.first_names[1]) AND (h.sex = '' OR p.sex = '' OR h.sex = p.sex)
    AND (h.birth_commune_code = '' OR p.birth_commune_code IN ('', h.birth_commune_code))
    AND NOT EXISTS (SELECT FROM hr_person o WHERE o.person_id = p.id)
    AND (h.matricule = '' OR NOT EXISTS (SELECT FROM people_personidentifier i WHERE i.person_id = p.id
      AND i.kind = 'matricule' AND i.issuer = %(issuer)s AND i.valid_to IS NULL))
)
UPDATE hr_person h SET person_id = f.id FROM found f WHERE f.key = h.key AND f.of_line = 1 AND f.of_person = 1
"""
_NOT_THE_HOLDER = """
UPDATE hr_row r SET problems = jsonb_build_array(jsonb_build_object(
  'column', %(matricule_header)s::text, 'message',
  'Ce matricule ou RPPS est celui de ' || upper(p.birth_name) || ' ' || coalesce(p.first_names[1], '') || ', né(e) le ' ||
  p.birth_date || ' : ni le nom ni la date de naissance de la ligne ne sont les siens. Vérifiez le numéro.'))
FROM hr_person h JOIN people_person p ON p.id = h.person_id
WHERE h.key = r.key AND r.problems IS NULL AND p.birth_date NOT IN ('', h.birth_date) AND h.name_key <> ''
  AND h.name_key NOT IN (p.birth_name_key, p.usage_name_key) AND h.key NOT LIKE 'n %%' AND h.decided IS NULL
"""
# A payroll may leave out what the portal knows; nobody is registered without it.
_NEEDED_OF_NEW = """
UPDATE hr_row r SET problems = n.problems FROM (
  SELECT h.key, jsonb_agg(jsonb_build_object('column', t.header, 'message', t.message)) AS problems
  FROM hr_person h CROSS JOIN LATERAL (VALUES
    (h.all_first_key = '', %(first_names_header)s::text, 'Indiquez au moins un prénom. Si cette personne n''en a aucun,'
      || ' faites-la arriver depuis son site : la case « Sans prénom » y est.'),
    (h.birth_date = '', %(birth_date_header)s::text, 'Indiquez la date de naissance, JJ/MM/AAAA, ou 00/00/AAAA si le jour et'
      || ' le mois sont inconnus.')
  ) AS t (is_missing, header, message)
  WHERE h.person_id IS NULL AND t.is_missing GROUP BY h.key
) n WHERE n.key = r.key AND r.problems IS NULL
"""
_NEW_PEOPLE = "UPDATE hr_person SET person_id = gen_random_uuid(), is_new = true WHERE person_id IS NULL"
# An empty cell erases nothing; capitals and lost accents are no change, nor first names that are the first of those known.
_TRAITS = """
UPDATE hr_person h SET changes = c.changes FROM (
  SELECT h.key, jsonb_agg(jsonb_build_object('field', t.field, 'before', t.before, 'after', t.after)) AS changes
  FROM hr_person h JOIN people_person p ON p.id = h.person_id CROSS JOIN LATERAL (VALUES
    ('birth_name', to_jsonb(p.birth_name), to_jsonb(h.birth_name), h.name_key <> '' AND h.name_key <> p.birth_name_key
      AND NOT (h.usage_key = '' AND h.name_key = p.usage_name_key)),
    ('usage_name', to_jsonb(p.usage_name), to_jsonb(h.usage_name), h.usage_key <> '' AND h.usage_key <> p.usage_name_key
      AND h.usage_key <> p.birth_name_key),
    ('first_names', to_jsonb(p.first_names), to_jsonb(h.first_names), h.all_first_key <> '' AND NOT starts_with(
      app.search_key(array_to_string(p.first_names, ' ')) || ' ', h.all_first_key || ' ')),
    ('sex', to_jsonb(p.sex), to_jsonb(h.sex), h.sex <> '' AND h.sex <> p.sex),
    ('birth_date', to_jsonb(p.birth_date), to_jsonb(h.birth_date), h.birth_date <> '' AND h.birth_date <> p.birth_date),
    ('birth_commune_code', to_jsonb(p.birth_commune_code), to_jsonb(h.birth_commune_code), h.birth_commune_code <> ''
      AND h.birth_commune_code <> p.birth_commune_code),
    ('birth_country_code', to_jsonb(p.birth_country_code), to_jsonb(h.birth_country_code), h.birth_country_code <> ''
      AND h.birth_country_code <> p.birth_country_code),
    ('birth_place', to_jsonb(p.birth_place), to_jsonb(h.birth_place), h.birth_place <> '' AND (p.birth_place = ''
      OR h.birth_commune_code <> '' AND h.birth_commune_code <> p.birth_commune_code)),
    ('phone', to_jsonb(p.phone), to_jsonb(h.phone), h.phone <> '' AND h.phone <> p.phone AND NOT p.has_no_phone),
    ('email', to_jsonb(p.email), to_jsonb(h.email), h.email <> '' AND h.email <> p.email)
  ) AS t (field, before, after, differs)
  WHERE NOT h.is_new AND NOT h.is_refused AND t.differs GROUP BY h.key
) c WHERE c.key = h.key
"""
_WHO = (_BY_DECISION, _BY_TRAITS, _NOT_THE_HOLDER, _NEEDED_OF_NEW)


@dataclass(frozen=True)
class Compared:
    """What the comparison is told: the source, the moment, and the decisions already taken."""

    mark: str
    issuer: str
    is_complete: bool
    decisions: dict[str, str]
    moment: datetime
    matricule_header: str
    rpps_header: str
    first_names_header: str
    birth_date_header: str
    has_contract: bool
    has_agency: bool

    @property
    def values(self) -> dict[str, Any]:
        return vars(self) | {"decisions": json.dumps(self.decisions)}


def fill_rows(rows: Any) -> int:
    """Makes `hr_row` and copies the rows into it; says how many. Block by block: reading them asks the database too."""
    count, rows = 0, iter(rows)
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR)  # of an earlier comparison in the same transaction
        cursor.execute(_MAKE)
        while block := list(islice(rows, BLOCK)):
            with cursor.copy(_COPY) as copy:
                for row in block:
                    copy.write_row(row)
            count += len(block)
        cursor.execute("CREATE INDEX ON hr_row (key)")
        cursor.execute("ANALYZE hr_row")
    return count


def recognise_people(asked: Compared) -> None:
    """Makes `hr_person`: one row per person of the file, linked to somebody known or given the id they will have."""
    with connection.cursor() as cursor:
        for statement in (_TWO_PEOPLE, _TWICE, _PEOPLE):
            cursor.execute(statement, asked.values)
        cursor.execute("CREATE UNIQUE INDEX ON hr_person (key)")
        cursor.execute("ANALYZE hr_person")
        cursor.execute(_BY_MATRICULE, asked.values)
        link_by_rpps(asked.rpps_header)
        for statement in _WHO:
            cursor.execute(statement, asked.values)
        cursor.execute(
            "UPDATE hr_person h SET is_refused = true FROM hr_row r WHERE r.key = h.key"
            " AND r.number = h.first_number AND r.problems IS NOT NULL"
        )
        cursor.execute(_NEW_PEOPLE)
        cursor.execute("CREATE INDEX ON hr_person (person_id)")
        cursor.execute("ANALYZE hr_person")
        cursor.execute(_TRAITS)
    find_doubles(asked.moment)
