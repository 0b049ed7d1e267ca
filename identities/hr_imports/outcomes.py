"""What each line of the file does, once its person is known; the second half of the comparison (diff.py)."""

from django.db import connection

from identities.hr_imports.diff import Compared

_LAST_DAY = "(({0} - interval '1 minute') AT TIME ZONE 'Europe/Paris')::date"
_FIRST_DAY = "({0} AT TIME ZONE 'Europe/Paris')::date"
# The affectation that a line speaks of: same person, site and function, overlapping; an open one before an ended one, one of
# this source before one that a site typed.
_PAIR = """
CREATE TEMP TABLE hr_pair ON COMMIT DROP AS
SELECT DISTINCT ON (assignment_id) * FROM (
  SELECT DISTINCT ON (r.number) r.number, a.id AS assignment_id, a.state, a.source, a.kind, a.contract, a.agency,
    a.starts_at, a.ends_at, a.end_reason, a.moved_to_id, a.source = %(mark)s AS is_own
  FROM hr_row r JOIN hr_person h USING (key) JOIN assignments_assignment a ON a.person_id = h.person_id
    AND a.establishment_id = r.establishment_id AND a.function_id = r.function_id
  WHERE r.problems IS NULL AND NOT h.is_new AND a.state <> 'cancelled'
    AND tstzrange(a.starts_at, a.ends_at) && tstzrange(r.starts_at, r.ends_at)
  ORDER BY r.number, a.state IN ('planned', 'running') DESC, a.source = %(mark)s DESC,
    abs(extract(epoch FROM a.starts_at - r.starts_at))
) found ORDER BY assignment_id, number
"""
# Somebody decided the departure on the site: the file alone does not bring the person back.
_LEFT_BY_THE_SITE = """
UPDATE hr_row r SET problems = jsonb_build_array(jsonb_build_object('column', %(matricule_header)s::text, 'message',
  'Le site a mis fin à cette affectation le ' || to_char(p.ends_at AT TIME ZONE 'Europe/Paris', 'DD/MM/YYYY') ||
  ' : corrigez la paie, ou faites une nouvelle arrivée sur le site si la personne y travaille encore.'))
FROM hr_pair p WHERE p.number = r.number AND p.state = 'ended' AND coalesce(r.ends_at, 'infinity') > %(moment)s
  AND (p.end_reason IN ('early', 'resignation', 'retirement', 'no_show') OR p.moved_to_id IS NOT NULL)
"""
_UNCLAIMED = """
CREATE TEMP TABLE hr_unclaimed ON COMMIT DROP AS
SELECT a.id AS assignment_id, a.person_id, a.establishment_id, a.function_id, a.state, a.starts_at, a.ends_at, a.end_reason,
  row_number() OVER (PARTITION BY a.person_id ORDER BY a.starts_at, a.id) AS rank
FROM assignments_assignment a
WHERE a.source = %(mark)s AND a.state IN ('planned', 'running') AND %(is_complete)s
  AND NOT EXISTS (SELECT FROM hr_pair p WHERE p.assignment_id = a.id)
"""
_MOVES = """
CREATE TEMP TABLE hr_move ON COMMIT DROP AS
SELECT n.number, u.* FROM (
  SELECT r.number, h.person_id, row_number() OVER (PARTITION BY h.person_id ORDER BY r.starts_at, r.number) AS rank
  FROM hr_row r JOIN hr_person h USING (key)
  WHERE r.problems IS NULL AND NOT h.is_new AND coalesce(r.ends_at, 'infinity') > %(moment)s
    AND NOT EXISTS (SELECT FROM hr_pair p WHERE p.number = r.number)
) n JOIN hr_unclaimed u USING (person_id, rank)
"""
_LINES = f"""
CREATE TEMP TABLE hr_line ON COMMIT DROP AS
SELECT r.number, h.person_id, h.is_new, r.establishment_id, coalesce(p.assignment_id, m.assignment_id) AS assignment_id,
  CASE
    WHEN r.problems IS NOT NULL THEN 'refused'
    WHEN p.state IN ('planned', 'running') AND r.ends_at <= %(moment)s THEN 'ended'
    WHEN p.state IN ('planned', 'running') THEN 'kept'
    WHEN r.ends_at <= %(moment)s THEN 'kept'
    WHEN h.is_new AND h.doubles <> '[]' THEN 'double'
    WHEN h.is_new AND r.number = h.first_number THEN 'created'
    WHEN m.number IS NOT NULL THEN 'moved'
    ELSE 'joined'
  END AS outcome,
  CASE WHEN p.state = 'ended' AND p.end_reason <> '' THEN greatest(p.ends_at, r.starts_at) ELSE r.starts_at END AS starts_at,
  h.doubles, r.problems, CASE WHEN r.number = h.first_number AND r.problems IS NULL THEN h.changes ELSE '[]' END AS traits,
  coalesce((SELECT jsonb_agg(jsonb_build_object('field', t.field, 'before', t.before, 'after', t.after)) FROM (VALUES
    ('source', to_jsonb(p.source), to_jsonb(%(mark)s::text), NOT p.is_own),
    ('starts_at', to_jsonb(p.starts_at), to_jsonb(r.starts_at), p.is_own AND p.state = 'planned'
      AND {_FIRST_DAY.format("p.starts_at")} <> {_FIRST_DAY.format("r.starts_at")}),
    ('ends_at', to_jsonb(p.ends_at), to_jsonb(r.ends_at),
      {_LAST_DAY.format("p.ends_at")} IS DISTINCT FROM {_LAST_DAY.format("r.ends_at")}
      AND NOT (p.end_reason <> '' AND p.ends_at < coalesce(r.ends_at, 'infinity'))),
    ('contract', to_jsonb(p.contract), to_jsonb(r.contract), %(has_contract)s AND p.contract <> r.contract),
    ('kind', to_jsonb(p.kind), to_jsonb(r.kind), p.kind <> r.kind AND (%(has_contract)s OR NOT p.is_own)),
    ('agency', to_jsonb(p.agency), to_jsonb(r.agency), %(has_agency)s AND r.agency <> '' AND p.agency <> r.agency)
  ) AS t (field, before, after, differs)
  WHERE t.differs AND p.state IN ('planned', 'running') AND coalesce(r.ends_at, 'infinity') > %(moment)s), '[]') AS stay
FROM hr_row r LEFT JOIN hr_person h USING (key) LEFT JOIN hr_pair p USING (number) LEFT JOIN hr_move m USING (number)
"""  # noqa: S608
_REMOVE_MOVED = "DELETE FROM hr_unclaimed u USING hr_move m WHERE m.assignment_id = u.assignment_id"
# Nobody leaves because their own line is refused or waits for a decision.
_REMOVE_HELD = """
DELETE FROM hr_unclaimed u USING hr_line l WHERE l.person_id = u.person_id AND l.outcome IN ('refused', 'double')
"""
_WRITE = """
INSERT INTO hr_imports_line (id, group_id, run_id, number, outcome, state, name, person_id, is_new, establishment_id,
  assignment_id, values, changes, problems, cells, doubles, note)
SELECT gen_random_uuid(), app.gid(), %(run)s, l.number,
  CASE WHEN l.outcome = 'kept' THEN 'changed' ELSE l.outcome END,
  'waiting', left(concat_ws(' ', upper(r.birth_name), r.first_names[1]), 250), l.person_id, l.is_new, l.establishment_id,
  l.assignment_id,
  CASE WHEN l.outcome IN ('kept', 'refused') THEN NULL ELSE jsonb_build_object('birth_name', r.birth_name,
    'usage_name', r.usage_name, 'first_names', r.first_names, 'sex', r.sex, 'birth_date', r.birth_date,
    'birth_commune_code', r.birth_commune_code, 'birth_country_code', r.birth_country_code, 'birth_place', r.birth_place,
    'phone', r.phone, 'email', r.email, 'matricule', r.matricule, 'rpps', r.rpps, 'function_id', r.function_id,
    'contract', r.contract, 'kind', r.kind, 'starts_at', l.starts_at, 'ends_at', r.ends_at, 'agency', r.agency) END,
  CASE WHEN l.outcome = 'refused' THEN '[]' ELSE l.traits || l.stay || i.changes END,
  coalesce(l.problems, '[]'), CASE WHEN l.outcome = 'refused' THEN r.cells END, l.doubles, ''
FROM hr_line l JOIN hr_row r USING (number)
LEFT JOIN hr_person h ON h.key = r.key
CROSS JOIN LATERAL (
  SELECT coalesce(jsonb_agg(jsonb_build_object('field', t.kind, 'before', '', 'after', t.value)), '[]') AS changes
  FROM (VALUES ('matricule', r.matricule, %(issuer)s), ('rpps', r.rpps, '')) AS t (kind, value, issuer)
  WHERE NOT l.is_new AND t.value <> '' AND r.number = h.first_number AND NOT EXISTS (SELECT FROM people_personidentifier i
    WHERE i.person_id = l.person_id AND i.kind = t.kind AND i.value = t.value AND i.valid_to IS NULL
    AND (t.kind = 'rpps' OR i.issuer = t.issuer))
) i
WHERE l.outcome <> 'kept' OR l.traits || l.stay || i.changes <> '[]'
UNION ALL
SELECT gen_random_uuid(), app.gid(), %(run)s, 0, 'ended', 'waiting',
  left(concat_ws(' ', upper(p.birth_name), p.first_names[1]), 250), u.person_id, false, u.establishment_id, u.assignment_id,
  NULL, '[]', '[]', NULL, '[]', ''
FROM hr_unclaimed u JOIN people_person p ON p.id = u.person_id
"""


def decide_outcomes(asked: Compared) -> None:
    """Makes `hr_line`, one row per line of the file, and leaves in `hr_unclaimed` those whom the file no longer names."""
    with connection.cursor() as cursor:
        cursor.execute(_PAIR, asked.values)
        cursor.execute("CREATE INDEX ON hr_pair (assignment_id)")
        cursor.execute("ANALYZE hr_pair")
        for statement in (_LEFT_BY_THE_SITE, _UNCLAIMED, _MOVES, _LINES):
            cursor.execute(statement, asked.values)
        cursor.execute("ANALYZE hr_line")
        cursor.execute(_REMOVE_MOVED)
        cursor.execute(_REMOVE_HELD)


def write_lines(asked: Compared, run_id: object) -> None:
    """Keeps what changes; lines that change nothing are only counted."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, asked.values | {"run": run_id})
