"""When a name of the directory agrees with a person's: one condition, for proposals, decisions and checks alike (SQL)."""

# `p` is people_person, `n` national_directory_nationalperson. No birth date is in the open files.
NAMES_AGREE = """(
    n.name_key <> ''
    AND n.name_key IN (p.birth_name_key, p.usage_name_key, p.birth_name_key || ' ' || p.usage_name_key,
        p.usage_name_key || ' ' || p.birth_name_key)
    AND (n.first_name_key = '' OR cardinality(p.first_names) = 0
        OR n.first_name_key IN (SELECT app.search_key(one) FROM unnest(p.first_names) one))
)"""
