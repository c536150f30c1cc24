"""The site as the pages get it: all the map needs, in local metres (docs/screens-api.md)."""

from typing import Any

import msgspec

from contracts.sitemap import Floor, Site
from dashboard.frames import bounds


def site_json(site: Site, unit_id: str | None = None) -> bytes:
    """JSON of ``GET /api/site``. For a handheld (``unit_id``): no gateways, and of the staff only itself."""
    staff = [member for member in site.staff if unit_id in (None, member.unit_id)]
    whole = {
        "site": site.site,
        "name": site.name,
        "timezone": site.timezone,
        "rev": site.revision,
        "latitude_deg": site.latitude_deg,
        "longitude_deg": site.longitude_deg,
        "bearing_deg": site.bearing_deg,
        "floors": [_floor(site, index, floor) for index, floor in enumerate(site.floors)],
        "connectors": [
            _only(connector, "connector_id kind name stops both_ways wheels fire_safe")
            for connector in site.connectors
        ],
        "gateways": site.gateways if unit_id is None else (),
        "depots": site.depots,
        "spots": site.spots,
        "zones": site.zones,
        "services": site.services,
        "items": site.items,
        "roles": site.roles,
        "staff": [_only(member, "unit_id name roles skills carries home_floor home") for member in staff],
    }
    return msgspec.json.encode(whole)


def _floor(site: Site, index: int, floor: Floor) -> dict[str, Any]:
    spaces = [space for space in site.spaces if space.floor == floor.floor]
    return {
        "i": index,
        **_only(floor, "floor ordinal name elevation_m outline"),
        "bounds": bounds(floor),
        "spaces": [_only(space, "space_id category name polygon walkable") for space in spaces],
        "doors": [_only(door, "a b exit") for door in site.doors if door.floor == floor.floor],
        "fixtures": [
            _only(fixture, "category polygon") for fixture in site.fixtures if fixture.floor == floor.floor
        ],
    }


def _only(thing: msgspec.Struct, names: str) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in names.split()}
