"""Why an actor got where it is: a short story from its records, its ledger and its events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analysis.actor import Actor, actor_of, gains, is_firm, standing, why
from analysis.load import Run
from analysis.names import actor_names
from analysis.sentences import WORDINGS, Wording, tell, told_causes

MOST_EVENTS = 24
"""Events told one by one; the rest is counted."""
FIGURES: dict[str, tuple[str, str]] = {
    "sales": ("sales, million yuan a quarter", ",.1f"),
    "capability_index": ("capability, frontier = 1", ".2f"),
    "quality": ("quality of its products", ".2f"),
    "value_chain": ("value-chain position, 0 to 1", ".2f"),
    "equipment_level": ("level of its equipment", ".2f"),
    "margin": ("margin", ".1%"),
    "staff": ("production staff", ",.0f"),
    "talent": ("talent", ",.0f"),
    "research_spending": ("research, million yuan a quarter", ",.2f"),
    "debt": ("debt, million yuan", ",.1f"),
    "degree_supply": ("supply ties", ",.0f"),
    "degree_research": ("research ties", ",.0f"),
}
"""Columns of the panel worth telling, with their words and format."""

Event = dict[Any, Any]
"""One row of the event table."""


def story(run: Run, wanted: str) -> RenderableType:
    """Return the story of an actor (see `actor_of` for how to name it)."""
    actor = actor_of(run, wanted)
    names = actor_names(run.panel)
    parts: list[RenderableType] = [
        Text(""),
        Text(actor.name, style="bold"),
        Text("\n".join(who(run, actor))),
        _heading("Then and now"),
        _figures(actor),
        _heading("Its gains in capability"),
        Padding(Text("\n".join(gains(actor))), (0, 0, 0, 2)),
        _heading("What happened"),
        _happenings(run, actor, names),
        _heading("Why it got where it is"),
        _listed(why(actor, names)),
    ]
    return Group(*parts)


def who(run: Run, actor: Actor) -> list[str]:
    """Say what it is, since when, and whether it is still there."""
    last = actor.last
    what = str(last["kind"]).replace("_", " ").replace("sme", "small or medium-sized enterprise (SME)")
    sector = f" in {run.sector_label(str(last['sector']))}" if is_firm(last) else ""
    born = int(last["born"])
    since = "there from the start" if born < 1 else f"there since quarter {born}"
    lines = [f"{what[0].upper()}{what[1:]}{sector}, region {last['region']}, uid {actor.uid}, {since}."]
    gone = actor.events[(actor.events["kind"] == "exit") & (actor.events["uid"] == actor.uid)]
    if len(gone):
        lines.append(f"It left the market in quarter {int(gone['quarter'].iloc[-1])}.")
    end = int(run.manifest.get("quarters", run.panel["quarter"].max()))
    if not len(gone) and int(last["quarter"]) == end:
        lines.append(f"It is still there in quarter {end}.")
    return lines


def _figures(actor: Actor) -> Table:
    first, last = actor.first, actor.last
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("  ")
    for quarter in (first["quarter"], last["quarter"]):
        table.add_column(f"quarter {int(quarter)}", justify="right")
    table.add_column("above its peers", justify="right")
    for column, (meaning, form) in FIGURES.items():
        if column not in last or (float(first[column]) == 0.0 and float(last[column]) == 0.0):
            continue
        before, after = standing(actor, first, column), standing(actor, last, column)
        above = "" if before is None or after is None else f"{before:.0%}, now {after:.0%}"
        table.add_row(f"  {meaning}", format(float(first[column]), form), format(float(last[column]), form), above)
    return table


def _happenings(run: Run, actor: Actor, names: dict[int, str]) -> RenderableType:
    rows: list[Event] = actor.events.to_dict("records")
    if not rows:
        return Padding(Text("Nothing that the event table records."), (0, 0, 0, 2))
    told = chosen_events(rows, lambda event: tell(event, actor.uid, names))
    by_id = _causes_of(run, [event for event, _ in told])
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    for event, quarters in told:
        sentence = Text(tell(event, actor.uid, names))
        if len(quarters) > 1:
            sentence.append(f" ({len(quarters)} times, last in quarter {quarters[-1]})")
        for depth, cause in enumerate(told_causes(event, by_id, actor.uid, names), 1):
            sentence.append(f"\n{'  ' * depth}because {cause}", style="dim")
        table.add_row(f"  {quarters[0]}", sentence)
    notes = [_counted(rows, sum(len(quarters) for _, quarters in told), {str(event["kind"]) for event, _ in told})]
    if any(int(event["quarter"]) < 1 for event, _ in told):
        notes.append("quarters up to 0 are the burn-in")
    return Group(table, Padding(Text("\n".join(note for note in notes if note), style="dim"), (0, 0, 0, 2)))


def chosen_events(rows: list[Event], sentence: Callable[[Event], str]) -> list[tuple[Event, list[int]]]:
    """Return the events worth telling, in order, with the quarters in which the same happened again.

    The weightiest kinds come first; where there is no room for all, the first and the last are told.
    """
    groups: dict[str, tuple[Event, list[int]]] = {}
    for event in rows:
        groups.setdefault(sentence(event), (event, []))[1].append(int(event["quarter"]))
    told = list(groups.values())
    chosen: list[int] = []
    for least in (3, 2):
        level = [place for place, (event, _) in enumerate(told) if _weight(event) == least]
        room = MOST_EVENTS - len(chosen)
        chosen += level if len(level) <= room else level[: room // 2] + level[len(level) - (room - room // 2) :]
    return [told[place] for place in sorted(chosen)]


def _weight(event: Event) -> int:
    return WORDINGS.get(str(event["kind"]), Wording("")).weight


def _causes_of(run: Run, told: list[Event]) -> dict[int, Event]:
    """Return the causes of events and the causes of these, by id."""
    events = run.events
    found: dict[int, Event] = {}
    wanted = {int(event["cause_id"]) for event in told} - {-1}
    while wanted:
        rows: list[Event] = events[events["event_id"].isin(list(wanted))].to_dict("records")
        found.update({int(row["event_id"]): row for row in rows})
        wanted = {int(row["cause_id"]) for row in rows} - {-1} - found.keys()
    return found


def _counted(rows: list[Event], n_told: int, told_kinds: set[str]) -> str:
    """Count the events that were not told, by kind."""
    counts: dict[str, int] = {}
    for event in rows:
        counts[str(event["kind"])] = counts.get(str(event["kind"]), 0) + 1
    rest = ", ".join(f"{kind} ({count})" for kind, count in counts.items() if kind not in told_kinds)
    untold = len(rows) - n_told
    return f"{untold} more: {rest or 'of the same kinds'}" if untold else ""


def _listed(lines: list[str]) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    for line in lines:
        table.add_row("  -", Text(line))
    return Padding(table, (0, 0, 1, 0))


def _heading(text: str) -> Text:
    return Text(f"\n{text}", style="bold")
