"""An authority of one's own: made once, believed by name and address, and used by the real server."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from contracts.errors import ConfigError
from dashboard.adapters.trust import fingerprint
from dashboard.adapters.web import ScreensServer, create_app, server_config
from runtime import tls
from runtime.cli import main
from tests.dashboard.builders import Core
from tests.runtime.certificates import needs_openssl

pytestmark = needs_openssl


def names_of(folder: Path) -> set[tuple[str, str]]:
    shown = ssl._ssl._test_decode_cert(str(folder / "server.pem"))  # type: ignore[attr-defined]
    return set(shown["subjectAltName"])


def test_a_second_certificate_has_the_same_authority(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tls", "mall.lan", "192.168.1.20", "--data", str(tmp_path)]) == 0
    folder = tmp_path / "tls"
    assert names_of(folder) >= {("DNS", "mall.lan"), ("IP Address", "192.168.1.20"), ("DNS", "localhost")}
    authority, first = (folder / "ca.pem").read_text(), (folder / "server.pem").read_text()
    assert fingerprint(authority) in capsys.readouterr().out
    assert main(["tls", "other.lan", "--data", str(tmp_path)]) == 0
    assert (folder / "ca.pem").read_text() == authority
    assert (folder / "server.pem").read_text() != first
    for secret in ("ca.key", "server.key"):
        assert (folder / secret).stat().st_mode & 0o077 == 0


def test_a_name_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tls", "a,DNS:bank.example", "--data", str(tmp_path)]) == 2
    assert "host name" in capsys.readouterr().err


def test_no_files_is_plain_http_and_half_of_them_is_an_error(tmp_path: Path) -> None:
    assert tls.served_with(tmp_path) is None
    (tmp_path / "tls").mkdir()
    (tmp_path / "tls" / "server.pem").write_text("not a certificate")
    with pytest.raises(ConfigError, match=r"server\.pem"):
        tls.served_with(tmp_path)


@contextlib.asynccontextmanager
async def secured(tmp_path: Path) -> AsyncIterator[str]:
    tls.ensure_authority(tmp_path / "tls")
    tls.make_certificate(tmp_path / "tls", ["mall.lan", "127.0.0.1"])
    core = Core(tmp_path)
    app = create_app(core, core.hub, static=Path("no pages"), authority=tls.authority_of(tmp_path))
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    config = server_config(app, "127.0.0.1", port, *(tls.served_with(tmp_path) or ()))
    server = ScreensServer(config, core.hub, goodbye_s=0.02)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not task.done():  # noqa: ASYNC110 -- uvicorn has no event for it
        await asyncio.sleep(0.005)
    try:
        yield f"https://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task
        listener.close()


def test_who_trusts_the_authority_reaches_the_pages_and_others_do_not(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with secured(tmp_path) as base:
            trusting = ssl.create_default_context(cafile=str(tmp_path / "tls" / "ca.pem"))
            async with httpx.AsyncClient(base_url=base, verify=trusting, trust_env=False) as phone:
                page = await phone.get("/trust")
                assert fingerprint(tls.authority_of(tmp_path)) in page.text
                assert "<svg" in page.text
                der = (await phone.get("/ca.crt")).content
                assert ssl.DER_cert_to_PEM_cert(der).split() == tls.authority_of(tmp_path).split()
            async with httpx.AsyncClient(base_url=base, trust_env=False) as stranger:
                with pytest.raises(httpx.ConnectError):
                    await stranger.get("/trust")

    asyncio.run(scenario())
