"""The dashboard's numbers."""

import msgspec


class DashboardSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key_frame_s: float = 10.0
    """Each floor's whole picture is repeated this often, so that nothing wrong stays on a screen."""
    stale_s: float = 15.0
    """A dot without news for this long is drawn hollow: the operator must not trust it."""
    forget_s: float = 300.0
    """A device lost for this long leaves the map; until then its last place is the best hint."""
    where_s: float = 2.0
    """How often the places of staff are told as text (roster, handhelds): reading pace, not radar."""
    keep_calls_s: float = 3600.0
    """Finished calls stay on the board this long, for questions right after."""
    finished_calls_limit: int = 500
    """Oldest finished calls leave the board beyond this many."""
    resume_events: int = 1_000
    """Events kept per topic for pages that come back; older gaps are closed by a whole snapshot."""
    session_h: float = 14.0
    """A log-in lasts a long shift and its hand-over, never into the next day's."""
