"""``nearhand tls``: a certificate authority of one's own for the pages, where no public name can be had.

    nearhand tls mall.lan 192.168.1.20 --data var

Makes ``DATA/tls/``: the authority (``ca.pem``, ``ca.key``: the key signs the next server certificate too) and
the server's certificate for these names. When they lie there the dashboard serves https, ``/trust`` tells
people how to install the authority on a phone, and its QR code leads to it. Asked again, only the server's
certificate is new: phones that trust the authority need nothing. A certificate from elsewhere is used when it
is put there as ``server.pem`` (with its chain) and ``server.key``; then there is no ``ca.pem``.
"""

import argparse
import ipaddress
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from contracts.errors import ConfigError, StartupError

AUTHORITY_DAYS: Final = 3650
SERVER_DAYS: Final = 820
"""Apple refuses certificates of installed authorities that are good for more than 825 days."""
ALWAYS: Final = ("localhost", "127.0.0.1")


def add_parsers(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "tls", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="names and addresses under which phones reach the pages")
    parser.add_argument("--data", type=Path, default=Path("var"), help="the data folder (default: var)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from dashboard.adapters.trust import fingerprint  # brings the web server, which `up` does not need

    names = list(dict.fromkeys((*(arguments.names or [own_address()]), *ALWAYS)))
    folder = arguments.data / "tls"
    made = ensure_authority(folder)
    make_certificate(folder, names)
    lines = (
        f"{'Made an authority and a' if made else 'The authority stays; made a'} certificate for "
        + ", ".join(names),
        f"  in {folder}; start or restart the dashboard, its pages are https from then on",
        f"  phones and desks install the authority once: open https://{names[0]}:PORT/trust",
        "  and compare this fingerprint (SHA-256) before you trust it:",
        f"  {fingerprint((folder / 'ca.pem').read_text())}",
    )
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def served_with(data: Path) -> tuple[Path, Path] | None:
    """Certificate and key of the pages, if there are any; None = plain http.

    Raises:
        ConfigError: one without the other, or files that do not fit together.
    """
    certificate, key = data / "tls" / "server.pem", data / "tls" / "server.key"
    if not certificate.exists() and not key.exists():
        return None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"{certificate}, {key}: expected a certificate and its key in PEM ({error}); "
            "make them anew with nearhand tls, or take both away for plain http"
        ) from error
    return certificate, key


def authority_of(data: Path) -> str:
    """The authority's certificate in PEM; empty where it is not our own."""
    file = data / "tls" / "ca.pem"
    return file.read_text() if file.exists() else ""


def ensure_authority(folder: Path) -> bool:
    """Make the authority once; True when it is new."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if (folder / "ca.pem").exists() and (folder / "ca.key").exists():
        return False
    _openssl(
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-days", str(AUTHORITY_DAYS), "-subj", f"/O=nearhand/CN=nearhand {socket.gethostname()}"[:70]),
        *("-addext", "basicConstraints=critical,CA:TRUE,pathlen:0"),
        *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        *("-keyout", str(folder / "ca.key"), "-out", str(folder / "ca.pem")),
    )
    (folder / "ca.key").chmod(0o600)
    return True


def make_certificate(folder: Path, names: Sequence[str]) -> None:
    """The server's certificate and key, signed by the authority in ``folder``."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        request, extensions = Path(place) / "server.csr", Path(place) / "extensions"
        key, certificate = Path(place) / "server.key", Path(place) / "server.pem"
        extensions.write_text(
            f"subjectAltName={','.join(_alternative(name) for name in names)}\n"
            "basicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\n"
        )
        _openssl(
            *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-subj", f"/CN={names[0]}"[:64], "-keyout", str(key), "-out", str(request)),
        )
        _openssl(
            *("x509", "-req", "-in", str(request), "-days", str(SERVER_DAYS), "-extfile", str(extensions)),
            *("-CA", str(folder / "ca.pem"), "-CAkey", str(folder / "ca.key"), "-CAcreateserial"),
            *("-out", str(certificate)),
        )
        key.chmod(0o600)
        key.replace(folder / "server.key")
        certificate.replace(folder / "server.pem")


def own_address() -> str:
    """The address of this machine that the local network sees; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return ALWAYS[0]
        return str(probe.getsockname()[0])


def _alternative(name: str) -> str:
    try:
        return f"IP:{ipaddress.ip_address(name)}"
    except ValueError:
        if not name or set(name) & set(",\n\r= "):
            raise ConfigError(f"{name!r}: expected a host name or an IP address") from None
        return f"DNS:{name}"


def _openssl(*arguments: str) -> None:
    program = shutil.which("openssl")
    if program is None:
        raise StartupError("openssl is not installed: apt install openssl, or bring your own certificate")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise StartupError(f"openssl {arguments[0]} failed: {done.stderr.strip()[-500:]}")
