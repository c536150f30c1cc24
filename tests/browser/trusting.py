"""A browser that trusts the authority of ``nearhand tls``, as a staff phone does after the QR page."""

import base64
import contextlib
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Playwright

from runtime.tls import ensure_authority, make_certificate

CHROMIUM = os.environ.get("NEARHAND_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = (
    *("--no-sandbox", "--disable-3d-apis", "--disable-dev-shm-usage"),
    *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
)
"""Without a GPU and without its emulation, as on many control-room machines; a microphone that beeps."""


@contextlib.contextmanager
def launched(playwright: Playwright, home: Path | None = None, *more: str) -> Iterator[Browser]:
    """Chromium; ``home`` holds the certificates that it trusts besides the usual ones."""
    environment: dict[str, str | float | bool] = {**os.environ, **({"HOME": str(home)} if home else {})}
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *more], env=environment)
    yield browser
    browser.close()


def prepare(folder: Path) -> tuple[Path | None, tuple[str, ...]]:
    """``nearhand tls 127.0.0.1`` in ``folder``; the browser's home and arguments with which it is trusted.

    By the certificate store of the system where ``certutil`` can write one; else by naming the server's key,
    which Chromium treats as a valid certificate too.
    """
    tls = folder / "tls"
    tls.mkdir(parents=True)
    ensure_authority(tls)
    make_certificate(tls, ["127.0.0.1"])
    if shutil.which("certutil"):
        store = folder / "home" / ".pki" / "nssdb"
        store.mkdir(parents=True)
        trusted = ("-A", "-t", "C,,", "-n", "nearhand", "-i", f"{tls}/ca.pem")
        for arguments in (("-N", "--empty-password"), trusted):
            subprocess.run(["certutil", "-d", f"sql:{store}", *arguments], check=True, timeout=60)
        return folder / "home", ()
    return None, (f"--ignore-certificate-errors-spki-list={key_hash(tls / 'server.pem')}",)


def key_hash(certificate: Path) -> str:
    """Base64 of the SHA-256 of a certificate's public key, as browsers pin it."""
    key = subprocess.run(
        ["openssl", "x509", "-in", str(certificate), "-noout", "-pubkey"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    body = "".join(line for line in key.splitlines() if "-----" not in line)
    return base64.b64encode(hashlib.sha256(base64.b64decode(body)).digest()).decode()


@contextlib.contextmanager
def secured(playwright: Playwright, folder: Path) -> Iterator[Browser]:
    """A browser that trusts the pages which will be served from ``folder``."""
    home, more = prepare(folder)
    with launched(playwright, home, *more) as browser:
        yield browser
