"""One actor's part of a run: its records, its peers, its gains, and what stands out about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.load import FolderError, Run
from analysis.names import actor_names, find_actor
from analysis.sentences import ORIGINS, PATHS, ROUTES, name_of

if TYPE_CHECKING:
    import pandas as pd

GAIN_GROUPS: dict[str, tuple[str, dict[str, str]]] = {
    "path": ("by path", PATHS),
    "origin": ("where they arose", ORIGINS),
    "route": ("how they travelled", ROUTES),
}
"""Ways the ledger groups gains."""
LEAST_PEERS = 5
"""Fewer peers are no measure of comparison."""
COMPARED = {
    "capability_index": "capability",
    "quality": "quality",
    "value_chain": "value-chain position",
    "price": "price",
}
"""Columns that say why a firm sells more or less than its peers."""


@dataclass(frozen=True)
class Actor:
    """One actor's part of a run.

    Attributes
    ----------
    records
        Its rows of the panel, by quarter.
    peers
        Rows of the panel of its kind of actor and main sector, with itself.
    events
        Events that happened to it or that it took part in, in order.
    """

    uid: int
    name: str
    records: pd.DataFrame
    peers: pd.DataFrame
    events: pd.DataFrame

    @property
    def first(self) -> pd.Series[Any]:
        """First record."""
        return self.records.iloc[0]

    @property
    def last(self) -> pd.Series[Any]:
        """Last record."""
        return self.records.iloc[-1]


def actor_of(run: Run, wanted: str) -> Actor:
    """Return the actor called `wanted`: a name, a uid, or the beginning of one that fits one actor only.

    Raises
    ------
    FolderError
        If there is none, or several (the nearest valid names are offered), or the run has no panel.
    """
    panel = run.panel
    if not len(panel):
        raise FolderError(f"{run.folder}: the run recorded no actors (--panel-every 0); run it again to explain one")
    uid = find_actor(wanted, actor_names(panel))
    records = panel[panel["uid"] == uid].sort_values("quarter")
    last = records.iloc[-1]
    is_peer = panel["kind"].isin(["sme", "core_enterprise"] if is_firm(last) else [last["kind"]])
    if is_firm(last):
        is_peer &= panel["sector"] == last["sector"]
    events = run.events
    own = events[(events["uid"] == uid) | (events["partner_uid"] == uid)]
    return Actor(uid, str(last["name"]), records, panel[is_peer], own)


def standing(actor: Actor, record: pd.Series[Any], column: str) -> float | None:
    """Return the share of its peers that it was above in the quarter of a record; None with too few peers."""
    peers = actor.peers[actor.peers["quarter"] == record["quarter"]][column]
    return None if len(peers) < LEAST_PEERS else float((peers < record[column]).sum()) / (len(peers) - 1)


def gains(actor: Actor) -> list[str]:
    """Say how much capability it gained in its life, by path, origin and route."""
    last = actor.last
    total = float(last.filter(like="total_gain_path_").astype(float).sum())
    if total <= 0.0:
        return ["It gained none."]
    lines = [f"It gained {total:.2f} (levels, summed over fields), partly lost again as knowledge went out of date:"]
    for group, (heading, _) in GAIN_GROUPS.items():
        told = "; ".join(f"{share:.0%} {name}" for name, share in _shares(last, group) if share >= 0.005)
        lines.append(f"{heading}: {told}")
    return lines


def _shares(record: pd.Series[Any], group: str) -> list[tuple[str, float]]:
    """Return the parts of all gains, the largest first."""
    prefix = f"total_gain_{group}_"
    parts = {
        str(name).removeprefix(prefix): float(record[name]) for name in record.index if str(name).startswith(prefix)
    }
    total = sum(parts.values())
    ordered = sorted(parts.items(), key=lambda part: -part[1])
    words = GAIN_GROUPS[group][1]
    return [(words.get(name, name), part / total if total > 0.0 else 0.0) for name, part in ordered]


def why(actor: Actor, names: Mapping[int, str]) -> list[str]:
    """Return the reasons that stand out: where gains came from, with whom, and how it fares against its peers."""
    reasons = []
    last = actor.last
    shares = {group: _shares(last, group) for group in GAIN_GROUPS}
    if shares["origin"] and shares["origin"][0][1] > 0.0:
        (origin, by_origin), (route, by_route) = shares["origin"][0], shares["route"][0]
        reasons.append(
            f"Most of what it learned arose as {origin} ({by_origin:.0%}) and travelled by {route} ({by_route:.0%})."
        )
        path, by_path = next(((name, share) for name, share in shares["path"] if name != PATHS["none"]), ("", 0.0))
        reasons.append(
            f"Of the upgrading paths, {path} carried most: {by_path:.0%} of its gains."
            if by_path > 0.0
            else "None of the upgrading paths carried any of its gains."
        )
    reasons += _against_peers(actor)
    partners = actor.events[actor.events["kind"].isin(["research succeeded", "industrialised", "call awarded"])]
    others = [int(uid) for pair in zip(partners["uid"], partners["partner_uid"], strict=True) for uid in pair]
    with_whom = {uid: others.count(uid) for uid in others if uid not in {0, actor.uid}}
    if with_whom:
        best = max(with_whom, key=lambda uid: with_whom[uid])
        reasons.append(f"It shared most successes with {name_of(best, names)} ({with_whom[best]}).")
    refused = int(((actor.events["kind"] == "loan refused") & (actor.events["uid"] == actor.uid)).sum())
    if refused:
        reasons.append(f"Banks refused it a loan {refused} times.")
    return reasons or ["The records say too little about it."]


def _against_peers(actor: Actor) -> list[str]:
    """Say how sales moved against the median of those peers that were there at both ends, and what it has over them."""
    first, last = actor.first, actor.last
    if float(first["sales"]) <= 0.0 or first["quarter"] == last["quarter"]:
        return []
    start, end = (actor.peers[actor.peers["quarter"] == each["quarter"]].set_index("uid") for each in (first, last))
    both = start.index.intersection(end.index)
    lines = [f"Its sales are {float(last['sales']) / float(first['sales']):.2f} times what they were"]
    if len(both) >= LEAST_PEERS:
        factor = (end.loc[both, "sales"] / start.loc[both, "sales"].where(start.loc[both, "sales"] > 0.0)).median()
        lines[0] += f"; those of the median firm of its sector {float(factor):.2f} times"
        differences = []
        for column, words in COMPARED.items():
            own, median = float(last[column]), float(end[column].median())
            if abs(own - median) > 0.02 * max(abs(own), abs(median)):
                differences.append(f"{'higher' if own > median else 'lower'} {words} ({own:.2f} to {median:.2f})")
        if differences:
            lines.append(f"Compared with the median of its sector now, it has {', '.join(differences)}")
    return [f"{line}." for line in lines]


def is_firm(record: pd.Series[Any]) -> bool:
    """Tell whether a record is a firm's."""
    return record["kind"] in {"sme", "core_enterprise"}
