"""A certificate authority for a test, and a broker that lets nobody in without its certificates."""

import contextlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime import broker
from runtime.settings import BrokerSettings
from tests.runtime.brokers import _wait_for_port, free_ports

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed: no certificates")


def openssl(*arguments: str) -> None:
    assert OPENSSL is not None
    subprocess.run([OPENSSL, *arguments], check=True, capture_output=True, timeout=60)


def make_authority(folder: Path) -> None:
    """``ca.pem`` and ``ca.key``."""
    subject = ("-subj", "/CN=test authority")
    files = ("-keyout", f"{folder}/ca.key", "-out", f"{folder}/ca.pem")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, *files)


def make_certificate(folder: Path, name: str, authority: str = "ca") -> None:
    """``<name>.pem`` and ``<name>.key``, signed by the authority, good for 127.0.0.1."""
    base = f"{folder}/{name}"
    subject = ("-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1")
    openssl("req", "-newkey", "rsa:2048", "-nodes", *subject, "-keyout", f"{base}.key", "-out", f"{base}.csr")
    signer = ("-CA", f"{folder}/{authority}.pem", "-CAkey", f"{folder}/{authority}.key", "-CAcreateserial")
    openssl(
        *("x509", "-req", "-in", f"{base}.csr", *signer, "-days", "2"),
        *("-copy_extensions", "copy", "-out", f"{base}.pem"),
    )


@contextlib.contextmanager
def guarded_broker(folder: Path) -> Iterator[int]:
    """A broker on which only the certificate of ``gw-1`` counts; yields its port."""
    make_authority(folder)
    for name in ("server", "gw-1"):
        make_certificate(folder, name)
    mqtt, nats = free_ports(2)
    own = "nearhand.v1.demo.gateways.gw-1.>"
    config = {
        "server_name": "guarded",
        "listen": f"127.0.0.1:{nats}",
        "jetstream": {"store_dir": f"{folder}/store"},
        "mqtt": {
            "listen": f"127.0.0.1:{mqtt}",
            "tls": {
                "cert_file": f"{folder}/server.pem",
                "key_file": f"{folder}/server.key",
                "ca_file": f"{folder}/ca.pem",
                "verify_and_map": True,
            },
        },
        "authorization": {
            "users": [{"user": "CN=gw-1", "permissions": {"publish": own, "subscribe": [own, "$MQTT.sub.>"]}}]
        },
    }
    file = folder / "guarded.conf"
    file.write_text(json.dumps(config))
    command = [str(broker.find_binary(BrokerSettings())), "-c", str(file)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for_port(mqtt)
        yield mqtt
    finally:
        process.kill()
        process.wait()
