import asyncio
from pathlib import Path

import pytest

from contracts.errors import ConfigError
from gateway.settings import AgentSettings
from runtime.agent_link import Handlers, Link
from tests.runtime.brokers import running_broker
from tests.runtime.certificates import guarded_broker, make_certificate, needs_openssl

WILL = ("nearhand/v1/demo/gateways/gw-1/status", b"gone")
CONFIG = "nearhand/v1/demo/gateways/gw-1/config"


@pytest.mark.parametrize("url", ["http://x", "broker", "mqtt://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="expected mqtt"):
        Link(AgentSettings(gateway="gw-1", broker=url), CONFIG, WILL)


def test_certificates_that_are_not_there_are_refused(tmp_path: Path) -> None:
    settings = AgentSettings(gateway="gw-1", broker="mqtts://x", tls_ca=str(tmp_path / "nowhere.pem"))
    with pytest.raises(ConfigError, match="tls_ca"):
        Link(settings, CONFIG, WILL)


@pytest.mark.broker
def test_the_line_tells_what_happens_on_it(tmp_path: Path) -> None:
    async def run(url: str, services: str) -> None:
        told: asyncio.Queue[tuple[str, object]] = asyncio.Queue()
        handlers = Handlers(
            lambda: told.put_nowait(("connected", None)),
            lambda: told.put_nowait(("lost", None)),
            lambda number: told.put_nowait(("acknowledged", number)),
            lambda data: told.put_nowait(("configured", data)),
        )
        link = Link(AgentSettings(gateway="gw-1", broker=url), CONFIG, WILL)
        other = Link(AgentSettings(gateway="other", broker=services), "other/config", ("other/will", b""))
        async with asyncio.timeout(30):
            link.start(handlers)
            assert await told.get() == ("connected", None)
            number = link.publish("nearhand/v1/demo/gateways/gw-1/scan", b"x")
            assert await told.get() == ("acknowledged", number)
            other.start(handlers)
            assert await told.get() == ("connected", None)
            other.publish(CONFIG, b'{"batch_ms":100}', retain=True)
            found = {await told.get(), await told.get()}
            assert ("configured", b'{"batch_ms":100}') in found
            link.stop(("nearhand/v1/demo/gateways/gw-1/status", b"bye"))
            other.stop(("other/will", b""))

    with running_broker(tmp_path / "broker") as broker:
        asyncio.run(run(broker.url("gateways"), broker.url("services")))


@needs_openssl
@pytest.mark.broker
def test_a_certificate_is_the_gateways_name_and_password(tmp_path: Path) -> None:
    def link(port: int, certificate: str) -> Link:
        settings = AgentSettings(
            gateway="gw-1",
            broker=f"mqtts://127.0.0.1:{port}",
            tls_ca=f"{tmp_path}/ca.pem",
            tls_certificate=f"{tmp_path}/{certificate}.pem",
            tls_key=f"{tmp_path}/{certificate}.key",
        )
        return Link(settings, CONFIG, WILL)

    async def talk(port: int, certificate: str, patience_s: float) -> bool:
        acknowledged = asyncio.Event()
        ours = link(port, certificate)
        published: list[int] = []
        ours.start(
            Handlers(
                lambda: published.append(ours.publish("nearhand/v1/demo/gateways/gw-1/scan", b"x")),
                lambda: None,
                lambda _number: acknowledged.set(),
                lambda _data: None,
            )
        )
        try:
            async with asyncio.timeout(patience_s):
                await acknowledged.wait()
        except TimeoutError:
            return False
        finally:
            ours.stop(("nearhand/v1/demo/gateways/gw-1/status", b"bye"))
        return True

    with guarded_broker(tmp_path) as port:
        assert asyncio.run(talk(port, "gw-1", 30))
        make_certificate(tmp_path, "gw-2")
        assert not asyncio.run(talk(port, "gw-2", 2)), "another's certificate is not this gateway's"
