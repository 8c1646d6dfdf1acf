"""Every mechanism with what switches it, the measure it must move, and why that one: all written before any run.

A mechanism is judged by a pair of worlds with the same seed that part at the end of the burn-in and differ in nothing
else. `off` is its neutral value, `on` its default, or, where the default is weak or zero itself, a strong value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from abm.parameters import SPECIFICATIONS
from abm.state.codes import Kind
from abm.state.world import World
from tests.emergence.test_mechanisms import EARLY, OWN_MEASURE

Changes = Mapping[str, float | int | bool]

REGION, PLATFORMS, REGIONS = "region", "platforms", "two regions"
"""Worlds a pair can part in: the default region, the same with platforms from the burn-in on, and two of half size."""


@dataclass(frozen=True)
class Mechanism:
    """A mechanism and the pair of worlds that shows it.

    Attributes
    ----------
    on, off
        Changes of each world at the parting: parameters, or a name of `EDITS`.
    measure
        What it must move: a measure of a run's table, or a name of `tests.emergence.pairs.EXTRA`.
    why
        Why this measure is its own.
    world
        Where the pair parts.
    decorative
        What is known to be wrong with it, where it moves nothing; empty while it must hold.
    """

    on: Changes
    off: Changes
    measure: str
    why: str
    world: str = REGION
    decorative: str = ""


# ------------------------------------------------------------------------------------- what is no parameter


def _of_universities(column: str) -> Callable[[World, float], None]:
    def edit(world: World, value: float) -> None:
        with world.writable((f"actors.{column}",)):
            getattr(world.actors, column)[world.slots(Kind.UNIVERSITY)] = value

    return edit


def _open_borders(world: World, value: float) -> None:
    world.structure = replace(world.structure, openness=np.full(world.structure.n_regions, value))


EDITS: dict[str, Callable[[World, float], None]] = {
    "universities.orientation": _of_universities("orientation"),
    "universities.openness": _of_universities("openness"),
    "regions.openness": _open_borders,
}
"""Changes of the region itself, made at the parting."""


# ------------------------------------------------------------------------------------------------ instruments

SHARES = tuple(name for name in SPECIFICATIONS if name.startswith("policy.") and name.endswith("_share"))
INSTRUMENTS = tuple(name for name in SHARES if name not in ("policy.budget_share", "policy.university_share"))
"""The shares of the innovation budget."""


def instrument(name: str, measure: str, why: str, world: str = REGION) -> Mechanism:
    """Return an instrument at twice its share against none; the money of its rivals is the same in both worlds.

    Shares that sum to more than 1 are scaled down, so the whole budget grows by as much.
    """
    share, total = f"policy.{name}_share", sum(float(SPECIFICATIONS[each].default) for each in INSTRUMENTS)
    usual, budget = float(SPECIFICATIONS[share].default), float(SPECIFICATIONS["policy.budget_share"].default)
    more = budget * max(1.0, total + usual) / max(1.0, total)
    return Mechanism({share: 2.0 * usual, "policy.budget_share": more}, {share: 0.0}, measure, why, world)


UNSUPERVISED = {"turnover.outsider_rate": 0.02, "policy.supervision_share": 0.0}
"""Many outsiders come, and nobody inspects them: at the default little is hidden for long."""


def dial(name: str, on: float, off: float, measure: str, why: str, world: str = REGION) -> Mechanism:
    """Return a mechanism that one parameter sets; where `on` is the default the undisturbed world serves."""
    kind = SPECIFICATIONS[name].kind if name in SPECIFICATIONS else float
    is_usual = name in SPECIFICATIONS and SPECIFICATIONS[name].default == on
    return Mechanism({} if is_usual else {name: kind(on)}, {name: kind(off)}, measure, why, world)


# ------------------------------------------------------------------------------------------------ mechanisms

MECHANISMS: dict[str, Mechanism] = {
    f"switch {name}": Mechanism(
        {}, {f"switches.{name}": False}, measure, why, PLATFORMS if name == "platform" else REGION
    )
    for name, (measure, why) in OWN_MEASURE.items()
}  # fmt: skip
# fmt: off
MECHANISMS |= {
    # switches outside the group of switches
    "needs measured": dial("needs.assessment", True, False, "worst_need", "exposure to gaps is what is measured"),
    "treasury": dial("policy.treasury", True, False, "tax_revenue", "taxes come in"),
    "public services": dial("policy.public_service", True, False, "household_income",
        "what is not earmarked is paid to people"),
    "debt service": dial("finance.service", True, False, "n_defaults", "who must pay can miss payments"),
    "prices": dial("market.price_adjustment", True, False, "mean_margin", "the mark-up follows position and crowding"),
    "trade": dial("market.trade", True, False, "sales", "without it nothing is sold"),
    "competition": dial("market.competition", True, False, "largest_firm_share", "better firms grow"),
    "investment plans": dial("investment.planning", True, False, "equipment_level", "new equipment embodies more"),
    "core review": dial("turnover.core_review", True, False, "n_core_enterprises", "core status is won and lost"),
    # policy instruments
    "call": instrument("call", "n_common_technologies", "calls are where common technology arises"),
    "grant": instrument("grant", "research_spending", "grants are there to raise research"),
    "deduction": instrument("deduction", "research_spending", "refunds are there to raise research"),
    "platform support": instrument("platform", "n_platforms", "support carries platforms through losses", PLATFORMS),
    "pilot support": instrument("pilot", "n_results_piloted", "who need not pay all of a pilot dares one", PLATFORMS),
    "talent programme": instrument("talent", "talent", "people are drawn to the region and to SMEs"),
    "training": instrument("training", "skill", "people are trained"),
    "re-employment": instrument("training", "unemployment", "training gives the displaced a post again"),
    "cultivation": instrument("cultivation", "sme_share_of_sales", "specialised SMEs grow"),
    "guarantees": instrument("guarantee", "sme_refusal_rate", "who is backed is refused less"),
    "adoption subsidy": instrument("adoption", "digital_level", "adoption costs less"),
    "supervision": instrument("supervision", "hidden_flaw_share", "inspectors bring to light what outsiders hide"),
    "chain office": instrument("chain_office", "gain_route_proposal", "the office pays for what the leader proposes"),
    # other policy
    "innovation budget": dial("policy.budget_share", 0.3, 0.0, "research_spending", "the budget is there for research"),
    "university funding": dial("policy.university_share", 0.3, 0.0, "n_results_produced", "universities live on it"),
    "access of SMEs": dial("policy.access", 0.9, 0.1, "research_active_share", "grants reach SMEs that can reach them"),
    "access to public money": dial("policy.access", 1.0, 0.1, "sme_share_of_public_money",
        "who is not reached gets none, however much there is"),
    "refunds in mind": dial("policy.deduction_rate", 0.5, 0.0, "research_active_share",
        "who expects part of the cost back finds research worth it"),
    "green standard": dial("policy.green_standard", 0.6, 0.0, "green_level", "firms below it lose customers"),
    "carbon price": dial("policy.carbon_price", 0.5, 0.0, "green_level", "dear energy is worth saving"),
    "protection": dial("learning.protection", 1.0, 0.0, "gain_route_sideways", "learning from rivals is not paid for"),
    "patience": dial("policy.patience", 100, 2, "n_service_ties",
        "members gather while platforms lose money", PLATFORMS),
    "size of calls": dial("calls.cost_share", 0.12, 0.0, "budget_use_call", "who researches more is given more"),
    "national projects": dial("calls.national_rate", 1.0, 0.0, "gain_origin_call", "they are calls, paid from outside"),
    "embargo": dial("frontier.embargo_factor", 1.5, 0.0, "gain_origin_introduction",
        "what is held back cannot be bought"),
    "reliance on imports": dial("needs.import_reliance", 0.7, 1.0, "n_needs_open",
        "what can be bought abroad no longer hides what nobody here can make"),
    # chain leader
    "publication": dial("chain_leader.n_published", 4, 0, "pull_share", "published needs draw research"),
    "diagnosis by age": dial("chain_leader.age_weight", 5.0, 0.0, "mean_need_age", "old needs come first"),
    "proposals": dial("chain_leader.n_proposals", 8, 0, "gain_route_proposal", "proposed pairs learn from each other"),
    "trust in proposals": dial("chain_leader.proposal_trust", 1.0, 0.0, "gain_route_proposal",
        "who is vouched for is met"),
    "steering": dial("chain_leader.steering", 1.0, 0.0, "gain_route_proposal", "pairs get money to research"),
    "official": dial("chain_leader.official", True, False, "gain_route_proposal",
        "the office names pairs, owners or not"),
    "owners": dial("chain_leader.owners", True, False, "vouched_debt", "owners vouch, official or not"),
    "owners alone": Mechanism({"chain_leader.official": False},
        {"chain_leader.official": False, "chain_leader.owners": False}, "gain_route_proposal",
        "owners introduce suppliers to partners without an official"),
    "chain owners": dial("chain_leader.n_owners", 3, 0, "sme_refusal_rate", "owners vouch for their suppliers"),
    "vouching": dial("chain_leader.vouching", 1.0, 0.0, "sme_refusal_rate", "who is vouched for is refused less"),
    "means of owners": dial("chain_leader.vouch_cap", 0.5, 0.0, "vouched_debt", "they vouch as far as they could pay"),
    "introductions": dial("chain_leader.n_introductions", 8, 0, "gain_route_proposal",
        "introduced pairs learn from each other"),
    "guidance": dial("chain_leader.guidance_trust", 0.5, 0.0, "proposed_supply_share",
        "owners take suppliers the official stands for"),
    "pruning": dial("chain_leader.prune_trust", 0.8, 0.0, "n_ties_dissolved", "links that stay bad are dropped"),
    "pruning of suppliers": dial("chain_leader.prune_supply", 0.5, 0.0, "supply_trust",
        "suppliers that keep delivering less than others are dropped"),
    "trust by outcome": dial("search.outcome_slope", 6.0, 0.0, "supply_trust",
        "trust follows what suppliers deliver, and better suppliers are kept"),
    # supporting chain
    "teaching": dial("learning.teaching", 3.0, 1.0, "gain_route_order", "core buyers teach their suppliers"),
    "local ordering": dial("search.local_ordering", 4.0, 1.0, "local_content", "core buyers look for suppliers here"),
    # platforms
    "platforms wanted": dial("platforms.wanted", 3, 0, "n_platforms", "no more open than are wanted"),
    "prospect of fees": dial("platforms.prospect", 10.0, 0.0, "n_platforms", "only a platform that will pay is opened"),
    "pilots of platforms": dial("platforms.has_pilots", True, False, "n_results_industrialised",
        "what was piloted succeeds more often", PLATFORMS),
    "fees": dial("platforms.fee", 0.006, 0.0, "n_service_ties",
        "members leave when the fee exceeds the benefit", PLATFORMS),
    "sponsoring": dial("platforms.sponsoring", 0.002, 0.0, "budget_use_platform",
        "what core members carry, government need not", PLATFORMS),
    "comparing platforms": dial("platforms.switch_cost", 0.0, 0.01, "n_members_left",
        "who can move at no cost gives up one platform for another", PLATFORMS),
    "effort of universities": dial("platforms.university_effort", 1.0, 0.0, "n_service_ties",
        "universities leave what is not worth the effort", PLATFORMS),
    "slots": dial("platforms.slots", 400.0, 20.0, "n_service_ties", "crowded services are worth no fee", PLATFORMS),
    "pilot slots": dial("platforms.pilot_slots", 100.0, 1.0, "n_results_industrialised", "crowded pilots help less",
        PLATFORMS),
    "shared facilities": dial("innovation.facility_gain", 0.8, 0.0, "n_results_produced",
        "research finds more with good equipment", PLATFORMS),
    "open universities": dial("universities.openness", 1.0, 0.0, "n_results_produced",
        "facilities are as open as universities", PLATFORMS),
    "matching": dial("innovation.matching", 0.08, 0.0, "n_results_taken_up", "firms are shown results", PLATFORMS),
    "training by platforms": dial("talent.platform_training", 0.06, 0.0, "skill",
        "members' staff is trained", PLATFORMS),
    # finance
    "outside investors": dial("finance.outside_inflow", 0.012, 0.0, "loans_asked", "their money need not be borrowed"),
    "capital follows capital": dial("finance.outside_sensitivity", 40.0, 0.0, "funds_hhi",
        "it gathers where returns are"),
    "venture fund": dial("finance.venture_share", 0.2, 0.0, "n_results_piloted", "it buys into firms that pilot"),
    "venture part": dial("finance.venture_part", 1.0, 0.0, "n_results_piloted", "who bears less of a pilot dares more"),
    "sale of stakes": dial("finance.venture_years", 1.0, 20.0, "venture_cash", "what is sold can be invested again"),
    "guarantee multiple": dial("finance.guarantee_multiple", 20.0, 0.0, "sme_refusal_rate",
        "who is backed is refused less"),
    "backing": dial("finance.backing_relief", 1.0, 0.0, "sme_refusal_rate", "backing takes risk from banks"),
    "green lending": dial("finance.green_preference", 1.0, 0.0, "green_refusal_rate",
        "banks overlook part of a green firm's risk"),
    "supply-chain lending": dial("finance.pledge", 2.0, 0.0, "supplier_refusal_rate",
        "orders of core buyers count as equity"),
    "platform record": dial("finance.platform_record", 1.0, 0.0, "member_refusal_rate",
        "what a platform knows of its members takes risk from banks", PLATFORMS),
    "guarantee fee": dial("finance.guarantee_fee", 0.05, 0.0, "sme_need_share", "who pays it has less left"),
    "banks differ": dial("finance.bank_spread", 1.0, 0.0, "sme_refusal_rate", "each refuses at a risk of its own"),
    "losses of banks": dial("finance.loss_caution", 20.0, 0.0, "sme_refusal_rate",
        "a bank that lost money lends to fewer"),
    "rationing": dial("finance.default_cutoff", 0.36, 1.0, "sme_refusal_rate", "banks refuse who is likely to default"),
    "discouraged borrowers": dial("finance.discouraged", 0.35, 0.0, "sme_need_met", "who does not ask gets none"),
    "memory of refusals": dial("finance.refusal_memory", 0.25, 0.0, "sme_discouraged_share",
        "who was refused, or knows who was, does not ask again"),
    "base rate": dial("finance.base_rate", 0.05, 0.0, "loans_asked", "dear loans are not worth asking for"),
    # talent
    "appeal of the programme": dial("talent.programme_appeal", 2.4, 0.0, "sme_share_of_talent",
        "it draws people to SMEs"),
    "immigration": dial("talent.immigration", 0.08, 0.0, "talent", "open posts draw people from outside"),
    "quits from SMEs": dial("talent.sme_quit", 3.0, 1.0, "sme_share_of_talent", "SMEs find it hard to retain people"),
    "knowledge with people": dial("talent.people_rate", 0.3, 0.0, "gain_route_people", "movers bring what they know"),
    "displacement": Mechanism(
        {"new_productivity.displacement": 1.0, "policy.training_share": 0.0},
        {"new_productivity.displacement": 0.0, "policy.training_share": 0.0},
        "unemployment", "whom machines replace nobody hires before they are retrained"),
    "wage-indexed costs": dial("production.wage_indexed", True, False, "research_active_share",
        "a team of research costs what people do, so growth alone does not make it affordable"),
    # strategy, learning, innovation chain
    "margin pressure": dial("strategy.margin_push", 30.0, 0.0, "research_active_share", "lean years start a new round"),
    "research for needs": dial("strategy.need_prospect", 2.0, 0.0, "research_active_share", "an open need pays"),
    "imitation": dial("learning.imitation_boost", 3.0, 0.0, "gain_origin_imitation", "imitators learn faster"),
    "introduction": dial("innovation.digestion", 0.15, 0.0, "gain_origin_introduction",
        "licences teach what is digested"),
    "management fit": dial("innovation.fit_learning", 0.05, 0.0, "gain_origin_introduction",
        "management learns to fit"),
    "imported equipment": dial("frontier.embodied", 0.06, 0.0, "capability_index_firm_mean",
        "it teaches up to a floor"),
    "cognitive distance": dial("learning.distance_width", 0.35, 5.0, "gain_firm_mean",
        "far and near partners teach little"),
    "trust in learning": dial("learning.trust_effect", 2.0, 0.0, "gain_firm_mean", "who is trusted is told more"),
    "absorptive capacity": dial("learning.absorption_base", 0.25, 1.0, "gain_firm_mean",
        "who does no research learns less"),
    "curiosity": dial("innovation.push_weight", 1.0, 0.0, "pull_share", "without push all research answers a need"),
    "pilots": dial("innovation.pilot_gain", 0.5, 0.0, "n_results_industrialised",
        "what was piloted succeeds more often"),
    "pilot subsidy": dial("innovation.pilot_support", 0.8, 0.0, "n_results_piloted",
        "who pays less dares more", PLATFORMS),
    "own pilots": dial("innovation.own_pilot", 0.6, 0.0, "n_results_industrialised", "own works can pilot too"),
    "aversion to risk": dial("innovation.risk_aversion", 1.2, 0.0, "n_results_piloted",
        "firms that cannot risk it walk away"),
    "radical results": dial("innovation.radical_share", 0.06, 0.0, "capability_index_firm_mean",
        "some leap the frontier"),
    "shelf": dial("innovation.take_up", 0.032, 0.0, "n_results_taken_up",
        "firms with a tie take results from the shelf"),
    "orientation": dial("universities.orientation", 1.0, 0.0, "n_results_taken_up",
        "ratings leave results on the shelf"),
    "matching equipment": dial("innovation.equipment_match", 2.0, 0.0, "gain_origin_introduction",
        "who lacks the machines digests less"),
    "training of management": dial("innovation.fit_training", 0.1, 0.0, "gain_origin_introduction",
        "platforms train management, which then fits", PLATFORMS),
    "rewards of protection": Mechanism({"learning.protection": 1.0}, {"learning.protection": 1.0,
        "learning.appropriation": 0.0}, "new_product_share", "protected products stay new for longer"),
    "care about rivals": dial("innovation.rival_care", 0.0, 5.0, "n_domestic_licences",
        "who fears rivals sells them nothing"),
    "price of results": dial("innovation.result_fee", 2.0, 0.0, "licence_income", "firms pay for what they take up"),
    # new productivity
    "digital search": dial("search.digital_search", 2.0, 0.0, "n_research_ties", "searching costs less"),
    "digital saving": dial("production.waste_saving", 0.18, 0.0, "digital_level", "less waste is why firms adopt"),
    "intelligent gain": dial("production.intelligent_gain", 0.35, 0.0, "intelligent_level",
        "saved labour is why firms adopt"),
    "green saving": dial("production.green_saving", 0.25, 0.0, "green_level", "saved energy is why firms adopt"),
    "digital level": dial("new_productivity.digital_cost", 0.12, 10.0, "n_research_ties",
        "searching costs less with it"),
    "intelligent level": dial("new_productivity.intelligent_cost", 0.08, 10.0, "labour_productivity",
        "it saves labour"),
    "green level": dial("new_productivity.green_cost", 0.2, 10.0, "energy_use_per_sales", "it saves energy"),
    "green standard in the market": dial("market.green_strength", 0.5, 0.0, "green_level",
        "who lacks to the standard loses customers"),
    "green demand": dial("market.green_demand", 0.5, 0.0, "green_level", "buyers of green goods are why firms adopt"),
    "standard in research": Mechanism(
        {"policy.green_standard": 0.6}, {"policy.green_standard": 0.6, "needs.standard_pull": 0.0},
        "green_research_share", "a standard not met draws research to green fields"),
    "carbon price in research": Mechanism(
        {"policy.carbon_price": 1.0}, {"policy.carbon_price": 1.0, "needs.standard_pull": 0.0},
        "green_research_share", "dear energy draws research to green fields"),
    "green know-how": dial("new_productivity.green_know_how", 0.9, 0.0, "green_level",
        "who knows green technology adopts at less cost"),
    "talent for machines": dial("production.intelligent_talent", 0.2, 0.0, "intelligent_level_in_use",
        "machines that nobody can set up are not used"),
    "digital reach": dial("market.digital_reach", 0.3, 0.0, "import_share",
        "local firms adopt and reach buyers that imports had"),
    "variety": dial("market.variety", 0.3, 0.0, "intelligent_level", "what wins customers is adopted"),
    "neighbours": dial("new_productivity.neighbour_weight", 2.0, 0.0, "digital_level", "partners who adopted convince"),
    "skill gap": dial("new_productivity.skill_gap_cost", 4.0, 0.0, "digital_level",
        "the untrained adopt at higher cost"),
    # market, investment
    "new industries": dial("investment.ready_fit", 0.3, 1.5, "new_sector_share",
        "sectors that nobody works in wake when firms command their fields"),
    "demand opened by new products": dial("market.new_demand", True, False, "new_demand_share",
        "the demand it opens is what is measured"),
    "who is not served goes elsewhere": dial("market.export_reach_speed", 0.1, 0.0, "export_reach",
        "customers who are not served stay away"),
    "penetration and sellers": dial("switches.penetration", True, False, "sales_to_traditional_industries",
        "who became more productive buys more"),
    "lift by purchases": dial("penetration.rate", 0.12, 0.0, "traditional_productivity", "nothing else raises it"),
    "purchases by productivity": dial("penetration.elasticity", 1.5, 0.0, "sales_to_traditional_industries",
        "the gain goes back to who sells"),
    "weak links": dial("market.weak_links", True, False, "input_quality", "local inputs are worse than imports"),
    "cost of imports": dial("search.import_cost", 5.0, 0.0, "local_content", "who can switch at no cost does"),
    "weakest input binds": dial("market.quality_exponent", -10.0, -0.2, "quality_sold", "bottlenecks bind"),
    "new products": dial("market.novelty_gain", 0.36, 0.0, "sales", "new products open demand"),
    "value in the market": dial("market.value_strength", 0.5, 0.0, "value_chain",
        "position wins customers, so it pays"),
    "size drag": dial("market.size_drag", 2.0, 0.0, "largest_firm_share", "no firm takes all"),
    "make or buy": dial("investment.step_speed", 0.02, 0.0, "division_of_labour", "steps go to specialists"),
    "dealings": dial("investment.step_friction", 4.0, 0.0, "division_of_labour", "dear dealings keep steps inside"),
    "renewal": dial("investment.renewal", 0.06, 0.0, "equipment_level", "outdated equipment is replaced early"),
    # turnover, network
    "order-led entry": dial("turnover.order_led", 1.0, 0.0, "supplier_entries", "orders of core firms draw suppliers"),
    "spin-offs": dial("turnover.spin_off", 0.02, 0.0, "n_entries", "they come where nobody else would"),
    "outsiders": dial("turnover.outsider_rate", 0.02, 0.0, "quality_sold", "they disturb the market"),
    "first orders": dial("turnover.first_order", 1.0, 0.0, "newcomers_with_customers",
        "who comes for orders has one from the start"),
    "dumping": Mechanism(UNSUPERVISED | {"turnover.outsider_dumping": 1.0},
        UNSUPERVISED | {"turnover.outsider_dumping": 0.0}, "price_dispersion", "who hides a flaw sells below price"),
    "exits feel demand": dial("turnover.exit_demand", 1.5, 0.0, "exit_utilisation_gap", "idle plant makes firms leave"),
    "exits of the backward": dial("turnover.exit_backward", 1.0, 0.0, "exit_quality_gap",
        "backward products make firms leave"),
    "core status by strength": Mechanism({"turnover.core_capability": 1.5, "turnover.core_grace": 1},
        {"turnover.core_capability": 1.5, "turnover.core_grace": 400}, "n_core_enterprises",
        "where much is asked, who lacks it is core no longer"),
    "customers compare few": dial("market.compared", 10.0, 1e6, "largest_firm_share",
        "in large markets too, size drags"),
    "attachment": dial("search.attachment", 1.08, 0.0, "degree_skew", "who has customers gets more"),
    "trust in search": dial("search.trust_weight", 2.0, 0.0, "clustering", "partners of partners are trusted"),
    "platform in search": dial("search.platform_weight", 2.0, 0.0, "n_research_ties", "members meet", PLATFORMS),
    # two regions
    "open borders": dial("market.open_borders", True, False, "bought_across", "what crosses borders", REGIONS),
    "knowledge across borders": dial("regions.openness", 0.2, 0.0, "research_ties_across",
        "partners are found abroad", REGIONS),
    "orders across borders": dial("regions.openness", 0.2, 0.0, "supply_ties_across",
        "suppliers are found abroad", REGIONS),
}
# fmt: on

_CROWDED_OUT = "licences at home, which are nearly always better, leave hardly any introduction from abroad"
_FEW_PILOTS = "who pilots is decided by risk and cash of the firm; money for pilots changes few decisions"
_UNKNOWN = "the interval of the first 20 pairs holds zero; why is not known"
DECORATIVE: dict[str, str] = {
    **dict.fromkeys(
        ("introduction", "management fit", "matching equipment", "training of management", "care about rivals"),
        _CROWDED_OUT),
    **dict.fromkeys(("pilot support", "pilot subsidy", "venture fund", "venture part"), _FEW_PILOTS),
    "new industries": "the dormant sector wakes and stays empty",
    "national projects": "one or two projects a year are small beside calls",
    "owners alone": "two introductions a year are few",
    **dict.fromkeys(
        ("prices", "deduction", "cultivation", "adoption subsidy", "diagnosis by age", "steering", "local ordering",
         "rationing", "new products", "renewal", "trust in search"), _UNKNOWN),
}  # fmt: skip
"""What moved nothing when the pairs were first run, and what is known of the reason. Such a mechanism must fail: who
mends it takes it out here."""
MECHANISMS = {name: replace(each, decorative=DECORATIVE.get(name, "")) for name, each in MECHANISMS.items()}

WORLD_CHANGES: dict[str, Changes] = {REGION: {}, PLATFORMS: EARLY, REGIONS: {}}
"""Parameters of each world from its first quarter on."""

NOT_PAIRED: dict[str, str] = {
    **dict.fromkeys(
        ("calls.interval", "calls.paid_share", "calls.project_cost", "calls.most_awards", "calls.chains",
         "calls.partners", "calls.national_share", "calls.national_cost"), "sets the size of a call"),
    **dict.fromkeys(
        ("chain_leader.office_cost", "chain_leader.proposal_cost", "chain_leader.prune_idle"),
        "sets the size of what the leader does"),
    **dict.fromkeys(
        ("platforms.open_quarter", "platforms.open_probability", "platforms.running_cost", "platforms.start_quarters",
         "platforms.fee_cap", "platforms.own_facilities"), "sets the date or the size of platforms"),
    **dict.fromkeys(
        ("policy.profit_tax", "policy.wage_tax", "policy.income_tax"), "a tax, not a mechanism of the papers"),
    **dict.fromkeys(
        ("policy.subsidy_rate", "policy.supervision_cost", "talent.programme_quarters"),
        "sets the size of an instrument"),
}  # fmt: skip
"""Levers without a pair of their own, and why."""
