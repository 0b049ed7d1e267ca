"""Debian's Chromium, driven by Playwright: where it is and how it is started."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
ABSENT = "Chromium est absent : apt-get install chromium fonts-liberation2 (ou CHROMIUM=/chemin/du/programme)"


def executable() -> str | None:
    """CHROMIUM of the environment, else the system's; None when there is none."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        return chosen if os.access(chosen, os.X_OK) else None
    return next((found for name in NAMES if (found := shutil.which(name))), None)
