"""`python -m portal.demo.scratch NAME [--keep]`: a database of one's own on the embedded PostgreSQL, as shell exports."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql

from portal.demo.postgresql import make_database, make_extensions
from portal.demo.services import EmbeddedServices

ROOT = Path(__file__).resolve().parents[2]


def scratch_database(name: str, keep: bool) -> dict[str, str]:
    """Starts the services when they do not run; makes and migrates the database unless it is there and kept."""
    services = EmbeddedServices(ROOT, progress=lambda text: print(text, file=sys.stderr))
    services.start()
    with psycopg.connect(services.url("su", "postgres"), autocommit=True) as admin:
        if not keep:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        make_database(admin, name)
    with psycopg.connect(services.url("su", name), autocommit=True) as inside:
        make_extensions(inside)
    exports = {"DATABASE_URL": services.url("app", name), "DATABASE_OWNER_URL": services.url("owner", name)}
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env={**os.environ, **exports}, check=True
    )
    return exports


if __name__ == "__main__":
    for variable, value in scratch_database(sys.argv[1], "--keep" in sys.argv[2:]).items():
        print(f"export {variable}='{value}'")
