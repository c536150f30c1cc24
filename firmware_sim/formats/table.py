"""All formats by the name that the site and the scenario use."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from contracts.errors import ConfigError
from contracts.messages import InstalledGateway
from firmware_sim.formats import (
    april_brother,
    espresense,
    ingics,
    kkm,
    minew,
    moko,
    openmqttgateway,
    own,
    ruuvi,
)
from firmware_sim.formats.base import Format

FORMATS: Final[dict[str, Format]] = {
    module.FORMAT.name: module.FORMAT
    for module in (
        own,
        minew,
        ruuvi,
        moko,
        openmqttgateway,
        espresense,
        april_brother,
        ingics,
        kkm,
    )
}


def formats_of(
    gateways: tuple[InstalledGateway, ...], mix: Mapping[str, float], rng: np.random.Generator
) -> list[Format]:
    """The format each gateway speaks: the site's word, else by the scenario's shares.

    Raises:
        ConfigError: a name that the simulator cannot write, or shares above 1.
    """
    for name, where in [(g.vendor_format, f"gateway {g.gateway}") for g in gateways] + [
        (name, "vendor_mix") for name in mix
    ]:
        if name not in FORMATS and name != "auto":
            raise ConfigError(f"{where}: cannot simulate format {name!r}: one of {' '.join(FORMATS)}")
    if sum(mix.values()) > 1.0 + 1e-9:
        raise ConfigError(f"vendor_mix: the shares add up to {sum(mix.values()):g}, more than 1")
    free = [number for number, gateway in enumerate(gateways) if gateway.vendor_format == "auto"]
    order = [free[index] for index in rng.permutation(len(free))]
    result = [FORMATS.get(gateway.vendor_format, own.FORMAT) for gateway in gateways]
    for name, share in mix.items():
        count = round(share * len(free))
        for number in order[:count]:
            result[number] = FORMATS[name]
        order = order[count:]
    return result
