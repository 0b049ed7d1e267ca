"""`python -m portal.sandbox --port 9100`: see the README of this folder."""

import argparse
import os
import sys
import threading
from pathlib import Path

from portal.sandbox.guard import refusal


def main() -> int:
    """0 when it was stopped, 2 when it refuses to start."""
    options = _options()
    reason = refusal(os.environ)
    if reason:
        print(reason, file=sys.stderr)  # noqa: T201
        return 2
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.sandbox.settings"
    from django import setup

    setup()
    from portal.sandbox.clients import clients
    from portal.sandbox.server import open_servers, serve

    if options.clients:
        clients.read(options.clients)
    if options.until_stdin_closes:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    servers = open_servers(options.port)
    print(f"Bac à sable ouvert : http://127.0.0.1:{servers[0].server_port}", flush=True)  # noqa: T201
    try:
        serve(servers)
    except KeyboardInterrupt:
        return 0
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m portal.sandbox", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=9100, help="0 : un port libre, écrit sur la première ligne"
    )
    parser.add_argument(
        "--clients", type=Path, help="fichier JSON des clients déclarés, à la place des clients d'origine"
    )
    parser.add_argument("--until-stdin-closes", action="store_true", help="s'arrête avec qui l'a lancé")
    return parser.parse_args()


def _end_with_stdin() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    raise SystemExit(main())
