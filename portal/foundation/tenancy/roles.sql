-- The roles of Trousseau, run once per PostgreSQL cluster by its administrator (portal/decisions/0001-tenancy.md).
-- Logins receive their passwords apart: ALTER ROLE portal_app PASSWORD '…'.
DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['portal_owner LOGIN', 'portal_app LOGIN NOINHERIT', 'portal_backup LOGIN BYPASSRLS',
    'portal_national NOLOGIN', 'portal_group NOLOGIN', 'portal_site NOLOGIN', 'portal_operator NOLOGIN',
    'portal_clock NOLOGIN']
  LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = split_part(wanted, ' ', 1)) THEN
      EXECUTE 'CREATE ROLE ' || wanted;
    END IF;
  END LOOP;
END
$$;
GRANT portal_national TO portal_group, portal_site, portal_operator WITH INHERIT TRUE;
GRANT portal_group, portal_site, portal_operator, portal_clock TO portal_app WITH INHERIT FALSE, SET TRUE;
GRANT pg_read_all_data TO portal_backup;
