"""Events as sentences: what an event meant for an actor, and what caused it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ORIGINS: dict[str, str] = {
    "own_research": "its own research",
    "joint_research": "joint research",
    "call": "calls for common technology",
    "imitation": "imitation",
    "introduction": "introduced technology",
    "user_feedback": "users' feedback",
    "endowment": "what it or its partners knew from the start",
    "people": "people who came",
}
ROUTES: dict[str, str] = {
    "acquaintance": "ties of acquaintance",
    "call": "ties born of calls",
    "order": "ties born of orders",
    "proposal": "ties proposed by the chain leader",
    "platform": "platforms",
    "own": "its own work",
    "sideways": "rivals nearby",
    "licence": "licences and imported equipment",
    "people": "people who came",
}
PATHS: dict[str, str] = {
    "common_technology": "common technology",
    "supporting_chain": "supporting chain",
    "innovation_platform": "innovation platform",
    "chain_leader": "the chain leader's proposals",
    "none": "none of the paths",
}
"""Words for where gains arise, how they travel, and the path they follow."""

STAGES = {1: "factor", 2: "value-chain", 3: "structure"}
"""What the amount of a change of stage stands for, with a minus sign if the stage was lost."""


@dataclass(frozen=True)
class Wording:
    """How to tell one kind of event.

    Attributes
    ----------
    own
        Sentence about the actor it happened to; ``{partner}``, ``{field}``, ``{channel}``, ``{amount}`` are filled in.
    other
        Sentence about the partner, with ``{actor}``; empty if that is not worth telling.
    weight
        How telling it is: 3 always told, 2 told if there is room, 1 counted only.
    """

    own: str
    other: str = ""
    weight: int = 2


WORDINGS: dict[str, Wording] = {
    "entry": Wording("entered the market{arrival}", "{actor} {came}", 3),
    "exit": Wording("left the market", "", 3),
    "tie formed": Wording("got a {channel} tie with {partner}", "got a {channel} tie with {actor}", 1),
    "tie dissolved": Wording("lost the {channel} tie with {partner}", "lost the {channel} tie with {actor}", 1),
    "project started": Wording(
        "started research on {field}{with_partner}", "joined research on {field} with {actor}", 1
    ),
    "research succeeded": Wording("found a result in {field}{with_partner}", "found a result in {field} with {actor}"),
    "research failed": Wording("found nothing in {field}{with_partner}", "found nothing in {field} with {actor}", 1),
    "artefact": Wording("holds a new result in {field}", "shares a new result in {field} with {actor}", 1),
    "shelved": Wording("laid a result in {field} on the shelf", "left a result in {field} on the shelf with {actor}"),
    "taken up": Wording(
        "had its shelved result in {field} taken up{by_partner}", "took a result in {field} off the shelf of {actor}", 3
    ),
    "expired": Wording("let a shelved result in {field} go out of date", "", 1),
    "piloted": Wording("passed the pilot of its result in {field}", "passed a pilot in {field} with {actor}"),
    "pilot failed": Wording(
        "failed in the pilot of its result in {field}", "failed in a pilot in {field} with {actor}"
    ),
    "industrialised": Wording(
        "brought a result in {field} to the market{with_partner}",
        "brought a result in {field} to the market with {actor}",
        3,
    ),
    "industrialisation failed": Wording(
        "failed to bring a result in {field} to the market",
        "failed to bring a result in {field} to the market with {actor}",
    ),
    "abandoned": Wording(
        "gave up a project in {field}, out of money", "lost a project in {field} of {actor}, out of money"
    ),
    "call opened": Wording("opened a call for {field}", "", 2),
    "call awarded": Wording("won a call for {field}{with_partner}", "won a call for {field} with {actor}", 3),
    "licence": Wording("bought a licence in {field}", "sold a licence in {field} to {actor}", 2),
    "platform opened": Wording("opened as a platform", "", 3),
    "platform closed": Wording("closed", "", 3),
    "member joined": Wording("joined the platform {partner}", "took {actor} in as a member", 3),
    "member left": Wording("left the platform {partner}", "lost its member {actor}", 3),
    "need opened": Wording("had a need for {field} open up in the {channel} chain", "", 1),
    "need closed": Wording("saw the need for {field} in the {channel} chain met", "", 1),
    "need published": Wording("published the need for {field} in the {channel} chain", "", 2),
    "owner appointed": Wording("was appointed owner of the {channel} chain", "appointed {actor} owner of a chain", 3),
    "proposal": Wording("was proposed {partner} by the chain leader", "was proposed to {actor} by the chain leader", 2),
    "core gained": Wording("became a core enterprise", "", 3),
    "core lost": Wording("is no core enterprise any more", "", 3),
    "loan refused": Wording("was refused a loan of {amount} million yuan{refusal}", "refused {actor} a loan", 1),
    "default": Wording("could not pay its debts", "was not paid back by {actor}", 3),
    "policy changed": Wording("changed its policy", "", 3),
    "moved sector": Wording("changed what it makes: {channel}", "", 3),
    "sector activated": Wording("woke up a sleeping sector: {channel}", "", 3),
    "stage changed": Wording("{stage}", "", 3),
    "stake sold": Wording("saw {partner} sell its stake", "sold its stake in {actor}", 2),
}
"""Wording of every kind of event."""


def tell(event: Mapping[Any, Any], viewpoint: int, names: Mapping[int, str]) -> str:
    """Return the sentence of an event without its subject, seen by the actor with uid `viewpoint`.

    Kinds that are not known are told by their own words.
    """
    kind = str(event["kind"])
    wording = WORDINGS.get(kind, Wording(kind))
    uid, partner = int(event["uid"]), int(event["partner_uid"])
    template = wording.own if uid == viewpoint else wording.other or f"{{actor}} {wording.own}"
    known = name_of(partner, names) if partner else ""
    return template.format(
        actor=name_of(uid, names),
        partner=known or "nobody",
        with_partner=f" with {known}" if known else "",
        by_partner=f" by {known}" if known else "",
        arrival=_arrival(event, known),
        came="entered the market to supply it" if event["channel"] == "supplier" else "left it to start a business",
        refusal={"risk": ", as too risky", "funds": ", as the bank had no more funds"}.get(event["channel"], ""),
        field=_text(event["field"], "some field"),
        channel=_text(event["channel"], "new"),
        amount=f"{float(event['amount']):,.1f}",
        stage=_stage(event) if kind == "stage changed" else "",
    )


def name_of(uid: int, names: Mapping[int, str]) -> str:
    """Return the name of an actor; one that no record knows gets its identity."""
    return names.get(uid) or f"actor {uid:016x}"


def _arrival(event: Mapping[Any, Any], known: str) -> str:
    """Return how an entry came about: for the orders of a core firm, or as an offshoot."""
    if not known:
        return ""
    return f" to supply {known}" if event["channel"] == "supplier" else f" as an offshoot of {known}"


def _text(value: Any, missing: str) -> str:
    return value.replace("_", " ") if isinstance(value, str) and value else missing


def _stage(event: Mapping[Any, Any]) -> str:
    amount = int(event["amount"])
    path = _text(event["channel"], "none")
    by = "" if path in {"none", "new"} else f"; of the three paths, {path} brought most since its last change"
    return f"{'reached' if amount > 0 else 'lost'} {STAGES.get(abs(amount), 'an')} upgrading{by}"


def told_causes(
    event: Mapping[Any, Any],
    by_id: Mapping[int, Mapping[Any, Any]],
    viewpoint: int,
    names: Mapping[int, str],
    depth: int = 4,
) -> list[str]:
    """Return what led to an event, the nearest cause first, each with its actor and quarter.

    That a project was started says nothing about its end, so the cause of the start is told instead.
    """
    causes: list[str] = []
    seen: set[int] = set()
    cause = int(event["cause_id"])
    while cause in by_id and cause not in seen and len(causes) < depth:
        seen.add(cause)
        found = by_id[cause]
        if found["kind"] != "project started":
            uid = int(found["uid"])
            actor = "it" if uid == viewpoint else name_of(uid, names)
            causes.append(f"{actor} {tell(found, uid, names)} in quarter {int(found['quarter'])}")
        cause = int(found["cause_id"])
    return causes
