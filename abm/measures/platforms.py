"""Innovation platforms: whom they serve, who leaves, and how old they get (li 3.C)."""

from __future__ import annotations

import numpy as np

from abm.measures.declaration import measure
from abm.measures.view import View
from abm.state.codes import Event
from abm.types import FloatArray


@measure(unit="1", formula="firms with services of a platform / firms", source="li:3.C", null_when="there is no firm")
def member_share(view: View) -> FloatArray:
    """Share of firms that a platform serves."""
    return view.uses.n_served / view.money.n_firms


@measure(
    unit="1",
    formula="firms with services of a platform that spend on independent or joint research / firms with services",
    source="li:3.C",
    null_when="no firm is a member",
)
def members_research_share(view: View) -> FloatArray:
    """Share of the platforms' members that do research; compare `research_active_share` of all firms."""
    return view.uses.n_served_researching / view.uses.n_served


@measure(unit="members per quarter", formula="count of memberships given up or changed for another", source="li:3.C")
def n_members_left(view: View) -> FloatArray:
    """Firms and universities that left a platform this quarter by their own choice."""
    return view.event_counts[Event.MEMBER_LEFT]


@measure(
    unit="quarter",
    formula="mean over platforms that close this quarter",
    source="li:3.C",
    null_when="no platform closes",
)
def platform_age_at_close(view: View) -> FloatArray:
    """Age at which platforms close."""
    number = view.event_counts[Event.PLATFORM_CLOSED]
    if not number.any():
        return view.null
    events = view.world.events.columns()
    is_closing = (events["kind"] == int(Event.PLATFORM_CLOSED)) & (events["quarter"] == view.world.quarter)
    total = np.bincount(events["region"][is_closing], events["amount"][is_closing], view.n_regions)
    return total / number
