"""Every number of the model, once, with unit, bounds, role, source and meaning.

From these declarations come validation, sliders, sweep bounds, the ODD tables and ``innonet describe parameters``.
A group is a mechanism. Roles: a *lever* is what a policy can set, an *uncertainty* is what data must pin down, a
*constant* is fixed by definition or convention. Sources are keys of ``references.bib``, ids of facts (F27) or
``assumption``, whose bounds then say how wide the doubt is. Money is in million yuan, rates are per quarter unless
the unit says otherwise; what pays for people's work is given at the base wage (`abm.valuation.people_cost`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from abm.errors import InputError, nearest

Role = Literal["lever", "uncertainty", "constant"]


@dataclass(frozen=True)
class Specification:
    """Declaration of one parameter."""

    default: float | int | bool
    unit: str
    low: float
    high: float
    role: Role
    source: str
    doc: str

    @property
    def kind(self) -> type:
        """Return ``bool``, ``int`` or ``float``."""
        return type(self.default)

    @property
    def range(self) -> str:
        """Return the bounds in words, with the unit if there is one."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        return f"{self.low:g} to {self.high:g}{unit}"

    def checked(self, name: str, value: Any) -> float | int | bool:
        """Return `value` in the parameter's type.

        Raises
        ------
        InputError
            If the value has the wrong type or lies outside the bounds.
        """
        if self.kind is bool:
            if isinstance(value, bool):
                return value
            raise InputError(f"parameter {name}: {_given(value)} is not true or false")
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise InputError(f"parameter {name}: {_given(value)} is not a number; allowed {self.range}")
        if self.kind is int and not (abs(value) < 2**63 and float(value).is_integer()):
            raise InputError(f"parameter {name}: {_given(value)} is not a whole number; allowed {self.range}")
        if not self.low <= value <= self.high:
            raise InputError(f"parameter {name}: {_given(value)} is out of bounds; allowed {self.range}")
        checked: float | int = self.kind(value)
        return checked


def _given(value: Any) -> str:
    """Return a value as messages show it; Python refuses to spell out the longest numbers.

    >>> _given("fast"), _given(16**5000)
    ("'fast'", 'a number of more than 30 digits')
    """
    if isinstance(value, int) and abs(value) >= 10**30:
        return "a number of more than 30 digits"
    return repr(value)


def number(
    default: float, unit: str, low: float, high: float, role: Role, source: str, doc: str
) -> Any:
    """Declare a parameter (used as a dataclass field)."""
    return field(default=default, metadata={"parameter": Specification(default, unit, low, high, role, source, doc)})


def switch(doc: str) -> Any:
    """Declare a switch, on by default; off is neutral (model.md section 3)."""
    return field(default=True, metadata={"parameter": Specification(True, "on/off", 0, 1, "lever", "assumption", doc)})


def per_quarter(annual_hazard: float) -> float:
    """Convert an annual probability to a quarterly one: 1 - (1 - a)^(1/4).

    >>> round(per_quarter(0.15), 6)
    0.039815
    """
    return float(1.0 - (1.0 - annual_hazard) ** 0.25)


def growth_per_quarter(annual_growth: float) -> float:
    """Convert annual growth to quarterly growth: (1 + g)^(1/4) - 1.

    >>> round(growth_per_quarter(0.04), 6)
    0.009853
    """
    return float((1.0 + annual_growth) ** 0.25 - 1.0)


@dataclass(frozen=True)
class Switches:
    """One switch per mechanism; four of them are the bundles of model.md section 3."""

    common_technology: bool = switch("bundle: calls, the alliances born of them and their sharing")
    supporting_chain: bool = switch("bundle: supplier development, local ordering, order-led entry, sideways learning")
    platform: bool = switch("bundle: all services of innovation platforms")
    chain_leader: bool = switch("bundle: diagnosis, publication, matchmaking, steering, vouching, invitation, pruning")
    policy: bool = switch("the government's innovation budget; off, all of it goes to the neutral account")
    national_projects: bool = switch("national projects, paid from outside; they need the common-technology bundle")
    talent: bool = switch("graduates, vacancies, choice and quits of talent")
    strategy: bool = switch("firms revise how they get technology and how much they spend on it")
    search: bool = switch("new research partners and new suppliers")
    finance: bool = switch("new loans, outside investors and the venture fund")
    innovation: bool = switch("new projects of the innovation chain")
    learning: bool = switch("learning along ties and sideways")
    new_productivity: bool = switch("adoption of digital, intelligent and green levels")
    user_feedback: bool = switch("users' feedback improves products")
    value_chain: bool = switch("investment in design, brand and service")
    diversification: bool = switch("firms add, change or leave sectors")
    penetration: bool = switch("traditional industries become more productive by what they buy, and buy more")
    entry: bool = switch("new firms")
    closure: bool = switch("exit by insolvency and by hazard")
    licensing: bool = switch("firms and universities of the region license results, and universities are paid for theirs")


@dataclass(frozen=True)
class Frontier:
    """World frontier and obsolescence."""

    growth_factor: float = number(1.0, "1", 0.0, 3.0, "uncertainty", "ren:2.2", "scales the frontier growth of all fields")
    obsolescence: float = number(0.004, "1/quarter", 0.0, 0.1, "uncertainty", "assumption", "share of capability that goes out of date")
    leapfrog: float = number(0.15, "1", 0.0, 1.0, "uncertainty", "assumption", "omega: how far beyond the frontier capability can go")
    embargo_factor: float = number(1.0, "1", 0.0, 1.5, "lever", "ren:2.2.2", "scales the share of the frontier that cannot be bought")
    embodied: float = number(0.02, "1/quarter", 0.0, 0.1, "uncertainty", "assumption", "catch-up with what imported equipment embodies, to the floor")
    embodied_floor: float = number(0.42, "1", 0.0, 0.8, "uncertainty", "assumption", "level relative to the frontier that imported equipment teaches")


@dataclass(frozen=True)
class NeedsOfChains:
    """When a need opens, closes and counts for research."""

    assessment: bool = switch("needs are measured every quarter")
    open_share: float = number(0.02, "1", 0.0, 1.0, "uncertainty", "assumption", "theta_on: exposure over the chain's output at which a need opens")
    close_share: float = number(0.0133, "1", 0.0, 1.0, "uncertainty", "assumption", "theta_off: exposure over the chain's output at which it closes")
    import_reliance: float = number(0.7, "1", 0.0, 1.0, "uncertainty", "ren:2.2.2", "how far what can be bought abroad fills a gap; 1 takes imports for own strength")
    standard_pull: float = number(1.0, "1", 0.0, 10.0, "uncertainty", "cheng:4.3", "weight that a standard not met and a carbon price give to green fields in research on needs")
    published_weight: float = number(5.0, "1", 0.0, 50.0, "uncertainty", "ren:2.4.1", "weight of a published need in the choice of research fields")


@dataclass(frozen=True)
class Learning:
    """Learning along ties, sideways, and absorptive capacity."""

    research_rate: float = number(0.10, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "rate of learning along research ties")
    supply_rate: float = number(0.10, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "rate along supply ties, supplier from buyer: buyers teach what orders need")
    upstream_rate: float = number(0.02, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "rate along supply ties, buyer from supplier")
    sideways_rate: float = number(0.04, "1/quarter", 0.0, 1.0, "uncertainty", "li:3.B", "rate of learning from rivals met in the cluster")
    teaching: float = number(1.5, "1", 1.0, 5.0, "lever", "li:3.B", "factor on what core buyers teach their suppliers; 1 is neutral")
    dilution: float = number(0.5, "1", 0.0, 1.0, "uncertainty", "assumption", "attention spreads over n partners as n to this power")
    best_distance: float = number(0.35, "1", 0.05, 0.95, "uncertainty", "nooteboom2007", "cognitive distance at which most is learned")
    distance_width: float = number(0.35, "1", 0.05, 5.0, "uncertainty", "nooteboom2007", "distance from the best at which understanding has fallen to 1/e")
    trust_effect: float = number(1.0, "1", 0.0, 2.0, "uncertainty", "li:4.1", "rise of the rate per unit of trust above one half")
    n_rivals: int = number(2, "1", 1, 5, "uncertainty", "assumption", "rivals a firm meets in a quarter")
    protection: float = number(0.5, "1", 0.0, 1.0, "lever", "cheng:4.3", "strength of intellectual property: slows unpaid flow and rewards paid")
    imitation_boost: float = number(1.0, "1", 0.0, 5.0, "uncertainty", "li:2.B", "extra rate of firms that imitate")
    stock_depreciation: float = number(0.15, "1/year", 0.0, 0.6, "uncertainty", "griliches1979", "depreciation of the own knowledge stock")
    absorption_base: float = number(0.25, "1", 0.0, 1.0, "uncertainty", "cohen1990", "absorptive capacity without own research")
    absorption_stock: float = number(0.08, "1", 0.001, 1.0, "uncertainty", "cohen1990", "own knowledge stock over sales that gives half of the rest")
    absorption_talent: float = number(0.15, "1", 0.001, 1.0, "uncertainty", "zhao2020:III.B", "talent over staff that gives half of the rest")
    appropriation: float = number(0.5, "1", 0.0, 0.9, "uncertainty", "cheng:4.3", "how much protection above one half lengthens the lead of a new product, and below it shortens it")


@dataclass(frozen=True)
class Search:
    """Who looks for research partners and suppliers, how they choose, and how ties end."""

    probability: float = number(0.6, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "chance that a university or a firm in joint research looks for a partner")
    independent_factor: float = number(0.5, "1", 0.0, 1.0, "uncertainty", "assumption", "the same for a firm that researches alone, relative")
    digital_search: float = number(0.5, "1", 0.0, 2.0, "uncertainty", "cheng:2.1", "rise of searching at digital level 1: search costs less")
    random_share: float = number(0.10, "1", 0.0, 1.0, "uncertainty", "assumption", "chance of also meeting somebody at random")
    university_share: float = number(0.3, "1", 0.0, 1.0, "uncertainty", "assumption", "chance of also meeting a university (a firm, for universities)")
    client_share: float = number(0.25, "1", 0.0, 1.0, "uncertainty", "assumption", "chance of also considering a client or supplier")
    understanding_weight: float = number(1.0, "1", 0.0, 5.0, "uncertainty", "nooteboom2007", "weight of understanding each other in the choice of a partner")
    trust_weight: float = number(0.8, "1", 0.0, 5.0, "uncertainty", "li:4.1", "weight of trust that runs through common partners and orders")
    platform_weight: float = number(0.4, "1", 0.0, 5.0, "uncertainty", "li:3.C", "weight of a common platform")
    chain_weight: float = number(0.2, "1", 0.0, 5.0, "uncertainty", "li:3.B", "weight of working for the same chain")
    standing_weight: float = number(0.15, "1", 0.0, 2.0, "uncertainty", "assumption", "weight of the partner's standing, per unit of ln(1 + ties)")
    reservation: float = number(0.5, "1", -5.0, 5.0, "uncertainty", "assumption", "value of doing without another partner")
    crowding_cost: float = number(1.0, "1", 0.0, 20.0, "uncertainty", "assumption", "cost of another tie when the ties held equal the capacity; rises with the square")
    capacity: float = number(2.5, "ties", 0.1, 50.0, "uncertainty", "assumption", "ties an actor without talent can keep up")
    capacity_exponent: float = number(0.3, "1", 0.0, 1.0, "uncertainty", "assumption", "how capacity grows with talent")
    noise: float = number(0.3, "1", 0.0, 5.0, "uncertainty", "assumption", "standard deviation of what nobody observes in a match")
    first_trust: float = number(0.4, "1", 0.0, 1.0, "uncertainty", "assumption", "trust of a new tie without common history")
    research_hazard: float = number(0.105, "1/quarter", 0.0, 1.0, "uncertainty", "F3", "chance that a research tie at the trust baseline ends")
    hazard_slope: float = number(2.0, "1", 0.0, 10.0, "uncertainty", "assumption", "fall of ln hazard per unit of trust above the baseline")
    trust_baseline: float = number(0.35, "1", 0.0, 1.0, "uncertainty", "assumption", "where unused trust drifts to")
    trust_decay: float = number(0.06, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "drift of unused trust to the baseline")
    idle_quarters: int = number(2, "quarter", 0, 40, "uncertainty", "assumption", "quarters without use after which trust drifts")
    review_probability: float = number(0.35, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "chance that a buyer reviews its suppliers of one input")
    review_size: float = number(0.7, "1", 0.0, 1.0, "uncertainty", "assumption", "rise of reviews with size over the mean, as a power, up to double")
    local_ordering: float = number(2.0, "1", 1.0, 4.0, "lever", "li:3.B", "factor on reviews of core buyers under the bundle; 1 is neutral")
    n_candidates: int = number(3, "1", 1, 10, "uncertainty", "assumption", "suppliers a buyer looks at in a review")
    newcomer_share: float = number(0.25, "1", 0.0, 1.0, "uncertainty", "assumption", "share of them drawn from all firms; the others supply a rival (attachment)")
    attachment: float = number(1.08, "1", 0.0, 3.0, "uncertainty", "F17", "exponent of attachment: attractiveness ~ customers to this power")
    quality_weight: float = number(2.0, "1", 0.0, 10.0, "uncertainty", "assumption", "weight of ln quality in the choice of a supplier")
    price_weight: float = number(2.0, "1", 0.0, 10.0, "uncertainty", "assumption", "weight of ln price")
    loyalty: float = number(2.0, "1", 0.0, 10.0, "uncertainty", "assumption", "weight of trust in a present supplier")
    linked_weight: float = number(0.3, "1", 0.0, 5.0, "uncertainty", "assumption", "weight of a research tie or a common platform with the supplier")
    supply_noise: float = number(0.4, "1", 0.0, 5.0, "uncertainty", "assumption", "standard deviation of what nobody observes in a supplier")
    order_step: float = number(0.2, "1", 0.01, 0.5, "uncertainty", "assumption", "share of an input moved to a supplier in one review")
    local_cap: float = number(0.8, "1", 0.0, 1.0, "uncertainty", "assumption", "share of an input that fixed suppliers can have; the rest stays contestable")
    input_threshold: float = number(0.02, "1", 0.0, 1.0, "constant", "assumption", "input coefficient below which nobody keeps fixed suppliers")
    full_capacity: float = number(1.0, "1", 0.2, 2.0, "uncertainty", "assumption", "use of capacity at which a supplier takes no new customer")
    supply_hazard: float = number(0.004, "1/year", 0.0, 0.9, "uncertainty", "F15", "chance that a supply tie at average quality and trust ends")
    hazard_quality: float = number(2.0, "1", 0.0, 10.0, "uncertainty", "assumption", "rise of ln hazard per unit of ln quality below the sector's mean")
    use_trust: float = number(0.05, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "drift of trust to what a supplier that is used delivers")
    outcome_slope: float = number(1.5, "1", 0.0, 20.0, "uncertainty", "li:4.1", "rise of that with ln quality over the sector's mean, from 1/2; 0 trusts all suppliers alike")
    import_cost: float = number(1.5, "1", 0.0, 5.0, "uncertainty", "assumption", "appeal imports lose with a buyer who orders none of the input abroad yet: cost of switching")

    @property
    def taste(self) -> tuple[float, ...]:
        """Return the weights of the appeal of a partner, in the order of `abm.state.proximity.TASTE`."""
        return (
            self.understanding_weight, self.trust_weight, self.platform_weight, self.chain_weight,
            self.standing_weight, self.reservation, self.crowding_cost, self.noise,
        )


@dataclass(frozen=True)
class ChainLeader:
    """The chain leader's office: once a year per chain."""

    office_cost: float = number(0.5, "million yuan per year", 0.0, 50.0, "lever", "assumption", "cost of diagnosing one chain")
    proposal_cost: float = number(0.02, "million yuan", 0.0, 5.0, "lever", "assumption", "cost of one proposal")
    n_published: int = number(2, "1", 0, 20, "lever", "ren:2.4.1", "needs published per chain")
    n_owners: int = number(1, "1", 0, 5, "lever", "ren:2.4.1", "chain owners per chain")
    n_proposals: int = number(4, "1", 0, 20, "lever", "ren:4.5", "pairs proposed per published need")
    age_weight: float = number(0.25, "1/year", 0.0, 5.0, "uncertainty", "ren:4.5", "rise of a need's priority per year it is open")
    cost_weight: float = number(0.1, "1", 0.01, 1.0, "uncertainty", "assumption", "priority falls with the gap to close, as 1 / (this + gap)")
    proposal_trust: float = number(0.5, "1", 0.0, 1.0, "lever", "ren:4.5", "trust a proposal starts with: known quality, vouched for")
    steering: float = number(0.5, "1", 0.0, 1.0, "lever", "ren:4.5", "share of the office's money given to accepted pairs that research, for the field of the need")
    vouching: float = number(0.3, "1", 0.0, 1.0, "lever", "ren:3.3", "part of a supplier's loan that a chain owner vouches for at most")
    prune_trust: float = number(0.4, "1", 0.0, 1.0, "lever", "ren:4.5", "trust below which an idle research tie is dropped")
    prune_idle: int = number(6, "quarter", 1, 40, "lever", "ren:4.5", "quarters without use after which a bad research tie is dropped")
    official: bool = switch("the office: diagnosis, publication, proposals, steering, pruning; owners can do without")
    owners: bool = switch("chain owners, who vouch and introduce; the office can do without")
    vouch_cap: float = number(0.1, "1", 0.0, 1.0, "lever", "ren:3.3", "share of its cash that an owner vouches with at most")
    vouch_trust: float = number(0.5, "1", 0.0, 1.0, "uncertainty", "li:4.1", "trust in a supplier from which an owner vouches for it; 0.5 is neutral")
    n_introductions: int = number(2, "1", 0, 20, "lever", "ren:3.3", "suppliers an owner introduces to its best research partner a year")
    owner_cost: float = number(0.05, "million yuan", 0.0, 5.0, "uncertainty", "assumption", "what an introduction costs the owner")
    guidance_trust: float = number(0.1, "1", 0.0, 1.0, "lever", "ren:2.4.1", "trust that guidance by the official adds to suppliers proposed to an owner")
    prune_supply: float = number(0.34, "1", 0.0, 1.0, "lever", "ren:4.5", "trust below which a supply tie to a supplier of less than mean quality is dropped")


@dataclass(frozen=True)
class Platforms:
    """Innovation platforms: birth, members, services, money."""

    wanted: int = number(3, "1", 0, 20, "lever", "li:3.C", "platforms a region's government wants")
    open_quarter: int = number(24, "quarter", 0, 100000, "lever", "li:3.C", "first quarter a platform can open, counted from the start with the burn-in")
    open_probability: float = number(0.2, "1/quarter", 0.0, 1.0, "lever", "assumption", "chance that the next platform is ready to open")
    prospect: float = number(1.0, "1", 0.0, 10.0, "lever", "li:3.C", "fees expected by the end of patience, over cost, from which a platform is opened; 0 opens any")
    has_pilots: bool = number(True, "on/off", 0, 1, "lever", "ren:3.2", "platforms offer pilot slots; without them they are the imperfect platforms of ren 3.2")
    running_cost: float = number(0.00032, "1", 0.00001, 0.02, "lever", "assumption", "cost of a platform a quarter, over the region's sales")
    start_quarters: float = number(4.0, "quarter", 0.0, 40.0, "lever", "assumption", "running cost a platform gets at birth")
    fee: float = number(0.002, "1", 0.0, 0.05, "lever", "assumption", "membership fee over sales")
    fee_cap: float = number(10.0, "1", 0.1, 1000.0, "lever", "assumption", "sales over the region's mean above which the fee rises no more")
    value: float = number(0.013, "1", 0.0, 0.2, "uncertainty", "assumption", "benefit who uses all services expects of full ones, over sales")
    taste_spread: float = number(0.6, "1", 0.0, 1.0, "uncertainty", "assumption", "how far firms differ in what services are worth to them")
    review: float = number(0.25, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "chance that a firm or university thinks about membership")
    sponsoring: float = number(0.0005, "1", 0.0, 0.02, "lever", "li:3.C", "losses core members carry at most, over their sales")
    slots: float = number(100.0, "users", 1.0, 10000.0, "lever", "assumption", "users at which service has halved")
    pilot_slots: float = number(10.0, "users", 1.0, 1000.0, "lever", "ren:3.2", "the same for pilots")
    build: float = number(0.05, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "growth of quality at normal spending and full diversity")
    decay: float = number(0.04, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "decay of quality")
    own_facilities: float = number(0.4, "1", 0.0, 1.0, "lever", "ren:3.2", "share of shared facilities that does not need open universities")
    switch_cost: float = number(0.0005, "1", 0.0, 0.01, "uncertainty", "assumption", "benefit over sales that another platform must give more for a member to move")
    university_effort: float = number(0.06, "1", 0.0, 1.0, "uncertainty", "ren:3.2", "benefit, over that of full service, a closed university asks for taking part; an open one asks for none")


@dataclass(frozen=True)
class Talent:
    """Graduates, vacancies, choice, quits, and training."""

    graduate_rate: float = number(0.08, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "graduates per researcher of a university")
    retirement: float = number(0.006, "1/quarter", 0.0, 0.2, "uncertainty", "assumption", "share of talent that retires")
    quit_rate: float = number(0.02, "1/quarter", 0.0, 0.5, "uncertainty", "assumption", "share of talent that quits an employer of no particular appeal")
    sme_quit: float = number(1.5, "1", 1.0, 10.0, "uncertainty", "zhao2020:III.B", "factor on quits from SMEs: hard to retain people")
    university_quit: float = number(0.5, "1", 0.0, 5.0, "uncertainty", "assumption", "factor on quits from universities")
    prestige: float = number(0.4, "1", 0.0, 3.0, "uncertainty", "zhao2020:III.B", "appeal of an employer per unit of ln(1 + sales over the mean)")
    margin_appeal: float = number(2.0, "1", 0.0, 10.0, "uncertainty", "assumption", "appeal per unit of margin: what pay can be expected")
    university_appeal: float = number(0.6, "1", 0.0, 3.0, "uncertainty", "assumption", "appeal of a university")
    programme_appeal: float = number(0.8, "1", 0.0, 3.0, "lever", "ren:2.3.3", "appeal added where the talent programme pays for all it could")
    programme_quarters: float = number(4.0, "quarter", 0.0, 20.0, "lever", "ren:2.3.3", "quarters of pay the programme gives an SME per person hired")
    engineer_share: float = number(0.03, "1", 0.0, 0.5, "uncertainty", "assumption", "talent wanted per production worker")
    intelligent_need: float = number(2.0, "1", 0.0, 10.0, "uncertainty", "cheng:3.2", "rise of that share at intelligent level 1")
    research_share: float = number(0.6, "1", 0.0, 2.0, "uncertainty", "F31", "talent wanted for research: pay over research budget")
    growth_limit: float = number(0.25, "1/quarter", 0.01, 2.0, "uncertainty", "assumption", "most an employer can add in a quarter, over its talent")
    matching: float = number(0.6, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "share of those who look that can find a post in a quarter")
    leave_rate: float = number(0.10, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "share of those left without a post that gives up or leaves")
    immigration: float = number(0.04, "1/quarter", 0.0, 1.0, "uncertainty", "ren:2.3.3", "people from outside drawn by each post left open, twice that at full talent programme")
    people_rate: float = number(0.3, "1", 0.0, 1.0, "uncertainty", "zhao2020:III.B", "share of what movers know that they bring along")
    wage_speed: float = number(0.02, "1/quarter", 0.0, 0.5, "uncertainty", "assumption", "rise of talent pay where all look for people and nobody for posts")
    wage_low: float = number(1.3, "1", 0.5, 3.0, "constant", "assumption", "lowest talent pay over the wage of production staff")
    wage_high: float = number(5.0, "1", 3.0, 20.0, "constant", "assumption", "highest talent pay over the wage of production staff")
    training_cost: float = number(0.01, "million yuan", 0.0005, 1.0, "uncertainty", "assumption", "cost of training one person")
    training_effect: float = number(1.0, "1", 0.0, 1.0, "uncertainty", "cheng:4.3", "share of the trained that can use what they learned; 0 buys no training")
    platform_training: float = number(0.03, "1/quarter", 0.0, 1.0, "uncertainty", "li:3.C", "share of untrained staff trained a quarter at full platform service")
    skill_wear: float = number(0.02, "1/quarter", 0.0, 0.5, "uncertainty", "assumption", "share of trained people lost or out of date")
    reemployment: float = number(0.05, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "share of displaced staff that finds work without training")


@dataclass(frozen=True)
class Policy:
    """Taxes, the innovation budget and what it is spent on."""

    profit_tax: float = number(0.18, "1", 0.0, 0.6, "lever", "assumption", "tax on profit")
    wage_tax: float = number(0.11, "1", 0.0, 0.5, "lever", "assumption", "tax on wages")
    income_tax: float = number(0.08, "1", 0.0, 0.5, "lever", "assumption", "tax on other household income")
    budget_share: float = number(0.15, "1", 0.0, 0.6, "lever", "assumption", "share of taxes that goes to innovation policy")
    access: float = number(0.35, "1", 0.0, 1.0, "lever", "zhao2020:III.D", "chance that policy reaches an SME of mean size, for its life")
    university_share: float = number(0.15, "1", 0.0, 0.5, "lever", "assumption", "share of taxes that funds universities")
    treasury: bool = switch("taxes come in, the budget accrues, universities and public services are paid")
    public_service: bool = switch("the government spends what is not earmarked")
    carbon_price: float = number(0.0, "1", 0.0, 2.0, "lever", "cheng:4.3", "surcharge on energy and raw materials")
    green_standard: float = number(0.2, "1", 0.0, 1.0, "lever", "cheng:4.3", "green level below which a standard costs customers")
    patience: int = number(12, "quarter", 0, 100, "lever", "li:3.C", "quarters in a row a platform may need public money before support ends")
    budget_cap: float = number(8.0, "quarter", 1.0, 40.0, "constant", "assumption", "quarters of accrual an instrument may save up")
    neutral_return: float = number(1.0, "1", 0.0, 1.0, "constant", "assumption", "part of the money freed by switching an instrument off that the neutral account hands on to households")
    call_share: float = number(0.20, "1", 0.0, 1.0, "lever", "li:3.A", "share of the budget: common-technology calls")
    grant_share: float = number(0.12, "1", 0.0, 1.0, "lever", "cheng:4.3", "share: research grants")
    deduction_share: float = number(0.10, "1", 0.0, 1.0, "lever", "cheng:4.3", "share: refund of research money")
    platform_share: float = number(0.12, "1", 0.0, 1.0, "lever", "li:3.C", "share: support of platforms")
    pilot_share: float = number(0.08, "1", 0.0, 1.0, "lever", "ren:4.3", "share: support of pilots")
    talent_share: float = number(0.08, "1", 0.0, 1.0, "lever", "ren:2.3.3", "share: talent programme")
    training_share: float = number(0.06, "1", 0.0, 1.0, "lever", "cheng:4.3", "share: training and re-employment")
    cultivation_share: float = number(0.06, "1", 0.0, 1.0, "lever", "ren:2.4.1", "share: cultivation of specialised SMEs")
    guarantee_share: float = number(0.06, "1", 0.0, 1.0, "lever", "zhao2020:III.D", "share: loan guarantees")
    adoption_share: float = number(0.06, "1", 0.0, 1.0, "lever", "cheng:4.3", "share: subsidy of adoption")
    supervision_share: float = number(0.02, "1", 0.0, 1.0, "lever", "zhao2020:IV", "share: market supervision")
    chain_office_share: float = number(0.04, "1", 0.0, 1.0, "lever", "ren:4.5", "share: chain office")
    grant_additionality: float = number(0.5, "1", 0.0, 1.0, "uncertainty", "dimos2016", "share of a grant that adds to research; the rest replaces own money")
    deduction_rate: float = number(0.15, "1", 0.0, 0.5, "lever", "cheng:4.3", "share of research money refunded")
    subsidy_rate: float = number(0.2, "1", 0.0, 0.8, "lever", "cheng:4.3", "share of adoption cost paid")
    supervision_cost: float = number(0.03, "million yuan per quarter", 0.001, 1.0, "lever", "assumption", "cost of inspecting one firm")
    supervision_catch: float = number(0.4, "1/quarter", 0.0, 1.0, "uncertainty", "zhao2020:IV", "share of what an inspected firm hides that comes to light")


@dataclass(frozen=True)
class Finance:
    """Banks, venture fund, guarantee fund, outside investors."""

    service: bool = switch("debts are served, dividends paid, deposits placed")
    base_rate: float = number(0.0135, "1/quarter", 0.0, 0.1, "lever", "F41", "interest of a safe loan")
    risk_spread: float = number(0.02, "1/quarter", 0.0, 0.5, "uncertainty", "assumption", "spread per unit of default probability")
    deposit_rate: float = number(0.004, "1/quarter", 0.0, 0.05, "uncertainty", "assumption", "interest on deposits")
    amortisation: float = number(0.03, "1/quarter", 0.0, 0.5, "uncertainty", "assumption", "share of a loan repaid a quarter")
    default_slope: float = number(0.10, "1", 0.0, 2.0, "uncertainty", "eurace", "PD = 1 - exp(-slope (debt + credit) / equity)")
    default_cutoff: float = number(0.36, "1", 0.0, 1.0, "uncertainty", "assumption", "default probability at which banks refuse")
    backing_relief: float = number(0.5, "1", 0.0, 1.0, "uncertainty", "assumption", "share of the risk that full backing takes away")
    smallest_part: float = number(0.25, "1", 0.0, 1.0, "uncertainty", "assumption", "smallest part of a request that is worth granting")
    reserve: float = number(0.1, "1", 0.0, 0.9, "uncertainty", "assumption", "share of deposits that banks keep as cash")
    discouraged: float = number(0.26, "1", 0.0, 1.0, "uncertainty", "F40", "chance that an SME in need does not ask, at the cut-off and without a memory of refusals")
    collateral: float = number(0.6, "1", 0.0, 1.0, "uncertainty", "assumption", "value of equipment as equity of a borrower")
    dividend: float = number(0.25, "1", 0.0, 1.0, "uncertainty", "assumption", "share of profit paid out")
    bank_payout: float = number(0.8, "1", 0.0, 1.0, "uncertainty", "assumption", "share of bank profit paid out")
    green_preference: float = number(0.3, "1", 0.0, 1.0, "lever", "zhao2020:III.D", "share of the risk that banks overlook for a green firm or a green plan")
    outside_inflow: float = number(0.004, "1/quarter", 0.0, 0.1, "uncertainty", "zhao2020:III.B", "outside investment at most, over the region's sales")
    outside_sensitivity: float = number(10.0, "1", 0.0, 100.0, "uncertainty", "zhao2020:III.B", "response of outside investors to lagged return")
    money_market: float = number(1.3, "quarter", 0.0, 5.0, "uncertainty", "assumption", "what banks can borrow outside the region, in quarters of its sales")
    money_market_speed: float = number(0.2, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "part of the gap to that bound closed a quarter")
    venture_share: float = number(0.05, "1/quarter", 0.0, 1.0, "uncertainty", "li:3.C", "share of its cash a venture fund invests a quarter")
    guarantee_multiple: float = number(5.0, "1", 0.0, 20.0, "lever", "zhao2020:III.D", "loans a guarantee fund backs per yuan it holds")
    missed_limit: int = number(3, "quarter", 1, 20, "uncertainty", "assumption", "quarters of missed payments that end a firm")
    refusal_memory: float = number(0.25, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "part of a firm's memory of refusals that is renewed a quarter")
    pledge: float = number(0.3, "1", 0.0, 2.0, "lever", "assumption", "equity that a quarter's orders of core buyers stand for, per yuan: supply-chain lending")
    platform_record: float = number(0.3, "1", 0.0, 1.0, "lever", "li:3.C", "share of a loan that a full record on a platform counts as backed")
    venture_part: float = number(0.5, "1", 0.0, 1.0, "uncertainty", "li:3.C", "part of a firm's pilots that a venture fund pays for at most")
    venture_years: float = number(5.0, "year", 1.0, 20.0, "uncertainty", "assumption", "years after which a venture fund sells a stake whose pilot has not succeeded")
    guarantee_fee: float = number(0.005, "1/quarter", 0.0, 0.05, "lever", "assumption", "what an SME pays a guarantee fund on the part of its debt that is backed")
    bank_spread: float = number(0.2, "1", 0.0, 1.0, "uncertainty", "assumption", "how far banks' cut-offs differ from the mean either way")
    loss_write_down: float = number(0.125, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "part of its losses on loans that a bank makes good from profit; losses weigh on its cut-off as long")
    loss_caution: float = number(3.0, "1", 0.0, 50.0, "uncertainty", "assumption", "part of its cut-off a bank gives up per part of its loans lost and not made good, at most half")


@dataclass(frozen=True)
class Production:
    """What making a unit takes."""

    base_wage: float = number(0.035, "million yuan per quarter", 0.005, 0.2, "uncertainty", "assumption", "pay of production staff at the start, with social charges")
    reference_level: float = number(0.45, "level", 0.05, 1.5, "constant", "assumption", "embodied level at which labour shares hold")
    intelligent_gain: float = number(0.35, "1", 0.0, 2.0, "uncertainty", "cheng:3.2", "rise of labour productivity at intelligent level 1")
    waste_saving: float = number(0.06, "1", 0.0, 0.5, "uncertainty", "cheng:4.1", "materials saved at digital level 1")
    green_saving: float = number(0.25, "1", 0.0, 0.8, "uncertainty", "cheng:3.3", "energy and raw material saved at green level 1")
    step_span: float = number(0.2, "1", 0.0, 0.9, "uncertainty", "zhao2020:III.C", "share of labour cost that make or buy can move")
    intelligent_talent: float = number(0.05, "1", 0.0, 1.0, "uncertainty", "cheng:4.1", "talent over staff at which half of an intelligent level is put to use; 0: it needs no talent")
    wear: float = number(0.0208, "1/quarter", 0.001, 0.2, "uncertainty", "assumption", "wear of equipment: 48 quarters of life")
    overtime: float = number(1.15, "1", 1.0, 2.0, "uncertainty", "assumption", "output staff can make over normal")
    hiring_speed: float = number(0.4, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "share of the gap in staff closed a quarter")
    wage_speed: float = number(0.08, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "share of the gap between wage and productivity closed a quarter")
    wage_tightness: float = number(1.0, "1", 0.0, 5.0, "uncertainty", "assumption", "rise of the target wage per unit of unemployment below normal")
    normal_unemployment: float = number(0.05, "1", 0.0, 0.5, "uncertainty", "assumption", "unemployment at which wages follow productivity")
    migration: float = number(0.5, "1/quarter", 0.0, 2.0, "uncertainty", "assumption", "inflow of workers per unit of unemployment below normal")
    emission_factor: float = number(1000.0, "tonnes per million yuan", 0.0, 10000.0, "constant", "assumption", "CO2 of energy and raw materials, by which emissions are measured: about that of electricity at 0.6 yuan per kWh")
    wage_indexed: bool = switch("costs given in yuan that pay for people's work rise and fall with the wage")


@dataclass(frozen=True)
class Market:
    """Prices, quality, competition, exports."""

    price_adjustment: bool = switch("firms revise cost and price every quarter")
    trade: bool = switch("buying and selling")
    base_markup: float = number(0.10, "1", 0.0, 1.0, "uncertainty", "assumption", "mu0: mark-up of a pure processor")
    value_markup: float = number(0.25, "1", 0.0, 2.0, "uncertainty", "assumption", "mu1: extra mark-up at value-chain position 1 and quality 1")
    crowding: float = number(3.0, "1", 0.0, 20.0, "uncertainty", "assumption", "chi: how sales near the same position press the mark-up")
    quality_strength: float = number(1.5, "1", 0.0, 5.0, "uncertainty", "assumption", "b_q: weight of ln quality in competitiveness")
    price_strength: float = number(2.0, "1", 0.0, 10.0, "uncertainty", "assumption", "b_p: weight of ln price")
    value_strength: float = number(0.5, "1", 0.0, 5.0, "uncertainty", "assumption", "b_v: weight of the value-chain position")
    green_strength: float = number(0.1, "1", 0.0, 2.0, "uncertainty", "cheng:3.3", "b_g: weight of what a green level lacks to the standard")
    green_demand: float = number(0.0, "1", 0.0, 2.0, "lever", "cheng:3.3", "weight of the green level itself: buyers who want green goods, standard or not")
    digital_reach: float = number(0.05, "1", 0.0, 1.0, "uncertainty", "cheng:3.1", "weight of the digital level: platform business and e-commerce reach more buyers")
    variety: float = number(0.05, "1", 0.0, 1.0, "uncertainty", "cheng:3.2", "weight of the intelligent level in use, times quality: small batches made to order")
    selection: float = number(0.2, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "eta: speed of the replicator")
    competition: bool = switch("market shares follow competitiveness")
    unfilled_loss: float = number(0.3, "1", 0.0, 2.0, "uncertainty", "assumption", "fall of ln share per unit of ln orders delivered")
    size_drag: float = number(2.0, "1", 0.0, 10.0, "uncertainty", "assumption", "competitiveness lost per unit of market share: no firm takes all")
    share_noise: float = number(0.06, "1", 0.0, 0.5, "uncertainty", "assumption", "Laplace noise of ln share a quarter")
    import_pull: float = number(0.02, "1/quarter", 0.0, 0.5, "uncertainty", "assumption", "pull of the import share to the sector's normal one")
    own_quality_share: float = number(0.6, "1", 0.05, 1.0, "uncertainty", "assumption", "weight of own capability in quality")
    quality_exponent: float = number(-3.0, "1", -10.0, -0.2, "uncertainty", "assumption", "rho: the lower, the more the weakest input binds")
    quality_speed: float = number(0.15, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "speed at which products take up new quality")
    feedback_rate: float = number(0.015, "1/quarter", 0.0, 0.2, "uncertainty", "ren:2.3.3", "learning from users per unit of sales over the sector mean")
    export_growth: float = number(0.04, "1/year", -0.1, 0.2, "uncertainty", "assumption", "growth of world demand for the region's exports")
    export_elasticity: float = number(1.5, "1", 0.0, 10.0, "uncertainty", "assumption", "eps: elasticity of exports to price over quality")
    expectation_speed: float = number(0.35, "1/quarter", 0.01, 1.0, "uncertainty", "assumption", "smoothing of expected orders")
    novelty_gain: float = number(0.12, "1", 0.0, 1.0, "uncertainty", "assumption", "share of demand a wave of new products adds at its height")
    novelty_speed: float = number(0.12, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "speed at which new products become old ones")
    margin_speed: float = number(0.25, "1/quarter", 0.01, 1.0, "uncertainty", "assumption", "smoothing of margins")
    compared: float = number(40.0, "firm", 1.0, 1e6, "uncertainty", "assumption", "rivals a customer compares at most: in a larger market size drags by the share among so many")
    new_demand: bool = switch("new products open demand of their own")
    opening: float = number(0.3, "1", 0.0, 1.0, "uncertainty", "assumption", "demand that can be opened where all sales are new products, over demand as it was")
    demand_fade: float = number(0.02, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "share of that demand lost where nothing newer comes")
    adoption_outside: float = number(0.0075, "1/quarter", 0.0, 0.2, "uncertainty", "assumption", "p of the S-curve: part of those still to come who come by themselves")
    adoption_contact: float = number(0.095, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "q of the S-curve: who come by the example of others")
    cannibalisation: float = number(0.5, "1", 0.0, 1.0, "uncertainty", "assumption", "part of what is opened that customers would have bought of old products")
    export_reach_speed: float = number(0.1, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "speed at which the world's customers who are not served go elsewhere, and come back; 0 keeps all")
    weak_links: bool = switch("inputs are as good as what is bought; without, as good as imports, and nobody orders imports by choice")
    open_borders: bool = switch("orders, knowledge, people and capital look beyond their region as far as its openness lets them")


@dataclass(frozen=True)
class Households:
    """Consumption."""

    income_spent: float = number(0.85, "1", 0.0, 1.0, "uncertainty", "assumption", "c1: share of income spent")
    wealth_spent: float = number(0.12, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "c2: share of wealth spent")
    deposit_share: float = number(0.3, "1", 0.0, 0.9, "uncertainty", "assumption", "share of wealth kept as bank deposits")


@dataclass(frozen=True)
class Strategy:
    """How firms choose their way to get technology, and how much they spend on it. Pay-offs in per cent of annual sales."""

    gain_value: float = number(5.0, "years of sales", 0.0, 50.0, "uncertainty", "assumption", "worth of one unit of the capability index")
    recency: float = number(0.35, "1/year", 0.0, 1.0, "uncertainty", "roth1995", "weight of the last year in the experienced pay-off")
    forgetting: float = number(0.15, "1/year", 0.0, 1.0, "uncertainty", "roth1995", "pull of the pay-offs of unused modes to the mean")
    sensitivity: float = number(1.0, "1", 0.0, 20.0, "uncertainty", "assumption", "logit weight of a pay-off of one per cent of sales")
    experimentation: float = number(0.03, "1/year", 0.0, 1.0, "uncertainty", "roth1995", "chance of trying any mode")
    inertia: float = number(1.5, "per cent of sales", 0.0, 10.0, "uncertainty", "assumption", "pay-off of staying with the mode in use: teams and contracts")
    fixed_cost: float = number(0.6, "million yuan per quarter", 0.0, 20.0, "uncertainty", "F31", "smallest research team at the base wage: five full-time researchers at 484,000 yuan a year")
    own_prospect: float = number(1.65, "per cent of sales", -10.0, 10.0, "uncertainty", "F27", "pay-off expected of independent research before any experience")
    joint_prospect: float = number(1.85, "per cent of sales", -10.0, 10.0, "uncertainty", "F27", "the same for joint research with partners at hand")
    stranger_cost: float = number(1.2, "per cent of sales", 0.0, 10.0, "uncertainty", "assumption", "cost of joint research for a firm without research partners")
    imitation_prospect: float = number(0.9, "per cent of sales", -10.0, 10.0, "uncertainty", "li:2.B", "pay-off expected of imitation")
    introduction_prospect: float = number(12.0, "per cent of sales", 0.0, 50.0, "uncertainty", "zhao2020:III.D", "pay-off expected per unit of importable gap, absorption and management fit")
    need_prospect: float = number(0.5, "per cent of sales", 0.0, 10.0, "uncertainty", "ren:2.2", "extra pay-off of research where the chain has an open need")
    margin_push: float = number(10.0, "1", 0.0, 100.0, "uncertainty", "zhao2020:III.C", "extra pay-off of research per unit of margin missing")
    reference_margin: float = number(0.08, "1", 0.0, 0.5, "uncertainty", "assumption", "margin firms are content with")
    normal_intensity: float = number(0.0165, "1", 0.0, 0.2, "uncertainty", "F29", "research over sales usual among firms that do research")
    intensity_step: float = number(0.0025, "1/year", 0.0, 0.05, "uncertainty", "assumption", "change of intensity after a good or a bad year")
    intensity_return: float = number(0.25, "1/year", 0.0, 1.0, "uncertainty", "assumption", "return of intensity to what is usual")
    largest_intensity: float = number(0.08, "1", 0.0, 0.5, "uncertainty", "assumption", "highest research intensity")
    imitation_intensity: float = number(0.003, "1", 0.0, 0.1, "uncertainty", "li:2.B", "spending of imitators on understanding others, over sales")
    licence_intensity: float = number(0.012, "1", 0.0, 0.2, "uncertainty", "zhao2020:III.D", "licence money over sales")
    smallest_licence: float = number(0.2, "million yuan per quarter", 0.0, 20.0, "uncertainty", "assumption", "cheapest licence with its adaptation")
    grant_use: float = number(0.5, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "share of earmarked research money used a quarter")
    university_pace: float = number(0.25, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "share of its cash a university plans for research")


@dataclass(frozen=True)
class Innovation:
    """Projects from research to industrialisation, take-up of university results, introduction of technology."""

    project_cost: float = number(1.2, "million yuan per quarter", 0.05, 50.0, "uncertainty", "F31", "budget that feeds one more project")
    most_projects: int = number(6, "1", 1, 12, "uncertainty", "assumption", "most projects one actor leads or joins")
    research_part: float = number(0.75, "1", 0.05, 1.0, "uncertainty", "assumption", "share of a firm's budget put in the first stage; the rest is kept for later stages")
    start_chance: float = number(0.8, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "chance that a free place is filled")
    need_weight: float = number(1.0, "1", 0.0, 20.0, "uncertainty", "ren:2.2.2", "weight of the region's needs against own weak links in pull")
    push_weight: float = number(1.0, "1", 0.0, 20.0, "uncertainty", "ren:2.2.1", "weight of curiosity against pull")
    complementarity: float = number(1.0, "1", 0.0, 10.0, "uncertainty", "li:4.1", "weight of what the partner knows better in the choice of partners")
    third_member: float = number(0.3, "1", 0.0, 1.0, "uncertainty", "assumption", "chance that a joint project has a third member")
    research_quarters: int = number(3, "quarter", 1, 20, "uncertainty", "F3", "duration of research")
    development_quarters: int = number(2, "quarter", 1, 20, "uncertainty", "F3", "duration of development")
    pilot_quarters: int = number(2, "quarter", 1, 20, "uncertainty", "F3", "duration of the pilot")
    industrialisation_quarters: int = number(1, "quarter", 1, 20, "uncertainty", "F3", "duration of industrialisation")
    development_cost: float = number(1.3, "1", 0.1, 20.0, "uncertainty", "assumption", "cost of a quarter of development over one of research")
    pilot_cost: float = number(3.0, "1", 0.1, 50.0, "uncertainty", "assumption", "the same for the pilot; the rule of thumb 1 : 10 : 100 is the upper end")
    industrialisation_cost: float = number(6.0, "1", 0.1, 100.0, "uncertainty", "assumption", "the same for industrialisation")
    cash_share: float = number(0.5, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "share of its cash an actor spends on projects at most")
    partner_part: float = number(0.5, "1", 0.0, 1.0, "uncertainty", "assumption", "share of its research budget a partner puts into one project at most")
    abandon_chance: float = number(0.25, "1/quarter", 0.0, 1.0, "uncertainty", "F37", "chance that a project without money is given up")
    search_hazard: float = number(0.9, "1", 0.0, 10.0, "uncertainty", "F5", "hazard of finding a result in a research stage; P = 1 - exp(-hazard)")
    facility_gain: float = number(0.4, "1", 0.0, 5.0, "uncertainty", "li:3.C", "gain in that hazard from full service of shared facilities")
    stranger_trust: float = number(0.35, "1", 0.0, 1.0, "uncertainty", "assumption", "trust between members without a research tie")
    trust_speed: float = number(0.15, "1", 0.0, 1.0, "uncertainty", "assumption", "lambda: move of trust to the outcome of a project")
    step: float = number(0.20, "1", 0.0, 1.0, "uncertainty", "dosi2010", "largest step of a result beyond its members, over the frontier; Beta(3, 3)")
    radical_share: float = number(0.015, "1", 0.0, 1.0, "uncertainty", "mellacher2021", "share of results that leap beyond the frontier")
    radical_factor: float = number(3.0, "1", 1.0, 10.0, "uncertainty", "assumption", "step of a radical result over a usual one")
    rho: float = number(2.5, "1", 0.0, 20.0, "uncertainty", "assumption", "learning from a result per reference effort at full absorption")
    reference_effort: float = number(3.0, "million yuan", 0.1, 100.0, "uncertainty", "assumption", "effort that rho refers to: one research stage")
    agreement: float = number(0.47, "1", 0.0, 2.0, "uncertainty", "F33", "chance that members who trust each other by half agree on how to go on")
    product_value: float = number(1.0, "years of sales", 0.0, 10.0, "uncertainty", "assumption", "worth of a new product that makes up all sales")
    risk_aversion: float = number(0.3, "1", 0.0, 5.0, "uncertainty", "ren:3.1", "excess of expected worth over cost that firms want before a pilot")
    decision_sharpness: float = number(4.0, "1", 0.0, 50.0, "uncertainty", "assumption", "logit weight of worth over cost in that decision")
    pilot_base: float = number(0.3, "1", 0.0, 1.0, "uncertainty", "F35", "success without a pilot")
    pilot_gain: float = number(0.5, "1", 0.0, 1.0, "uncertainty", "F35", "gain in success with a full pilot")
    own_pilot: float = number(0.6, "1", 0.0, 1.0, "uncertainty", "F32", "part of a full pilot that a firm manages in its own works")
    pilot_support: float = number(0.4, "1", 0.0, 1.0, "lever", "ren:4.3", "share of pilot cost the government pays while its money lasts")
    industrialisation_success: float = number(0.88, "1", 0.0, 1.0, "uncertainty", "F32", "success of industrialisation after a pilot")
    novelty_return: float = number(10.0, "1", 0.0, 200.0, "uncertainty", "assumption", "share of sales a new product reaches, per research cost over sales")
    expiry: float = number(0.04, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "share of shelved results that go out of date")
    take_up: float = number(0.008, "1/quarter", 0.0, 5.0, "uncertainty", "F33", "hazard that a firm with a tie takes up a result at full orientation, absorption and match")
    need_match: float = number(2.0, "1", 1.0, 10.0, "uncertainty", "ren:4.2", "factor on the hazard where the result answers a need of the firm's sector")
    matching: float = number(0.04, "1/quarter", 0.0, 5.0, "uncertainty", "li:3.C", "the same for a firm that full matching service shows the result")
    digestion: float = number(0.15, "1/quarter", 0.0, 1.0, "uncertainty", "zhao2020:III.D", "share of the importable gap a full licence closes at full absorption and fit")
    importable: float = number(0.9, "1", 0.0, 1.0, "uncertainty", "ren:2.2.2", "level of licensed technology over what can be bought of the frontier")
    licence_reference: float = number(1.0, "million yuan per quarter", 0.01, 100.0, "uncertainty", "assumption", "licence money that closes 63 per cent of what a full licence closes")
    fit_learning: float = number(0.01, "1/quarter", 0.0, 1.0, "uncertainty", "zhao2020:III.D", "growth of management fit with experience of introduced technology")
    licence_experience: float = number(0.3, "1", 0.0, 1.0, "uncertainty", "zhao2020:III.D", "share of licence money that adds to the own knowledge stock")
    rival_care: float = number(1.0, "1", 0.0, 5.0, "uncertainty", "assumption", "what a licence to a rival costs its holder over the licence money, where the rival has nearly all sales of both")
    result_fee: float = number(0.3, "1", 0.0, 2.0, "uncertainty", "cheng:4.3", "price of a university result at full protection, over the cost of its research")
    equipment_match: float = number(0.5, "1", 0.0, 5.0, "uncertainty", "zhao2020:III.D", "power of equipment over what can be bought abroad, up to 1, by which less is digested; 0 needs no equipment")
    fit_training: float = number(0.01, "1/quarter", 0.0, 1.0, "uncertainty", "zhao2020:IV", "growth of management fit by full training service of a platform")
    patents_per_result: float = number(10.0, "1", 0.0, 1000.0, "constant", "zhao2020:III.B", "patents that a result stands for: scales a measure to Table I, read by no rule")


@dataclass(frozen=True)
class Calls:
    """Calls for common technologies and national projects."""

    interval: int = number(4, "quarter", 1, 40, "lever", "li:3.A", "quarters between two calls of a region")
    paid_share: float = number(0.5, "1", 0.0, 1.0, "lever", "li:3.A", "share of a project that the caller pays")
    project_cost: float = number(2.0, "million yuan per quarter", 0.05, 100.0, "lever", "assumption", "smallest cost of a quarter of research of a consortium")
    cost_share: float = number(0.04, "1", 0.0, 0.5, "uncertainty", "assumption", "cost of a quarter of research of a consortium, over the research budgets of its members")
    most_awards: float = number(0.33, "1 per 100 firms", 0.0, 20.0, "lever", "assumption", "most projects of one call, in one field")
    chains: int = number(2, "1", 1, 10, "lever", "li:3.A", "chains a field must serve to be a common technology")
    chain_part: float = number(0.1, "1", 0.0, 1.0, "uncertainty", "assumption", "share of its need at which a chain counts as served")
    partners: int = number(4, "1", 1, 5, "lever", "li:3.A", "partners a leader gathers")
    skill_weight: float = number(1.0, "1", 0.0, 10.0, "uncertainty", "assumption", "weight of capability in the field in gathering and ranking")
    trust_weight: float = number(0.5, "1", 0.0, 10.0, "uncertainty", "assumption", "weight of trust")
    variety_weight: float = number(0.3, "1", 0.0, 10.0, "uncertainty", "assumption", "weight of different sectors and kinds in one consortium")
    judgement_noise: float = number(0.1, "1", 0.0, 2.0, "uncertainty", "assumption", "noise of scores")
    initial_trust: float = number(0.45, "1", 0.0, 1.0, "uncertainty", "assumption", "trust at the start of ties born of a call")
    tie_weight: float = number(0.4, "1", 0.0, 1.0, "uncertainty", "assumption", "weight of ties born of a call")
    national_rate: float = number(0.5, "1/year", 0.0, 1.0, "lever", "ren:2.4.2", "chance that a region's best consortium wins a national project, at the frontier")
    national_cost: float = number(2.0, "1", 1.0, 50.0, "lever", "ren:2.4.2", "cost of a national project over one of the same consortium that the region pays")
    national_share: float = number(0.8, "1", 0.0, 1.0, "lever", "ren:2.4.2", "share of a national project that the rest of world pays")


@dataclass(frozen=True)
class NewProductivity:
    """Adoption of digital, intelligent and green levels."""

    digital_cost: float = number(0.12, "quarter", 0.001, 10.0, "uncertainty", "assumption", "cost of full digital adoption, in quarters of sales")
    intelligent_cost: float = number(0.08, "quarter", 0.001, 10.0, "uncertainty", "assumption", "cost of full intelligent adoption, in quarters of sales")
    green_cost: float = number(0.2, "quarter", 0.001, 10.0, "uncertainty", "assumption", "cost of full green adoption, in quarters of sales")
    convexity: float = number(2.0, "1", 0.0, 20.0, "uncertainty", "assumption", "how much dearer the last step is than the first")
    skill_gap_cost: float = number(1.0, "1", 0.0, 10.0, "uncertainty", "cheng:4.3", "extra cost without trained staff and technical service")
    green_know_how: float = number(0.3, "1", 0.0, 0.9, "uncertainty", "cheng:4.3", "part of the cost of a green step that full know-how in green fields saves")
    neighbour_weight: float = number(0.5, "1", 0.0, 5.0, "uncertainty", "cheng:4.2", "extra expected saving where partners have adopted")
    wear: float = number(0.02, "1/quarter", 0.0, 0.5, "uncertainty", "assumption", "wear of levels")
    speed: float = number(0.08, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "largest rise of a level a quarter")
    displacement: float = number(0.5, "1", 0.0, 1.0, "uncertainty", "cheng:4.1", "share of labour saved by intelligence that loses its post")


@dataclass(frozen=True)
class Penetration:
    """Traditional industries, which buy from the region's sectors and become more productive by it."""

    first_level: float = number(0.5, "1", 0.01, 1.0, "uncertainty", "assumption", "their productivity at the start over the quality they are first sold")
    rate: float = number(0.04, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "part of the gap to the quality bought that the usual purchases close")
    wear: float = number(0.004, "1/quarter", 0.0, 0.2, "uncertainty", "assumption", "wear of what they bought before")
    elasticity: float = number(0.5, "1", 0.0, 3.0, "uncertainty", "zhao2020:III.C", "how their purchases grow with their productivity")


@dataclass(frozen=True)
class Investment:
    """Uses of money: equipment, value chain, adoption, other sectors."""

    planning: bool = switch("firms carry out and renew their plans; without, equipment neither wears nor grows")
    horizon: float = number(16.0, "quarter", 1.0, 100.0, "uncertainty", "assumption", "quarters over which a firm reckons returns")
    discount: float = number(0.02, "1/quarter", 0.0, 0.3, "uncertainty", "assumption", "discount rate of firms")
    target_utilisation: float = number(0.85, "1", 0.3, 1.0, "uncertainty", "assumption", "use of capacity firms aim at")
    capacity_speed: float = number(0.1, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "part of the capacity gap closed a quarter")
    renewal: float = number(0.02, "1/quarter", 0.0, 0.5, "uncertainty", "assumption", "early replacement of outdated equipment at most")
    cash_buffer: float = number(1.0, "quarter", 0.0, 5.0, "uncertainty", "assumption", "cash kept for running costs, in quarters of sales")
    profit_ploughed: float = number(0.4, "1", 0.0, 1.0, "uncertainty", "assumption", "part of profit a firm is ready to spend on what pays back")
    value_chain_speed: float = number(1.5, "1", 0.0, 5.0, "uncertainty", "assumption", "kappa: rise of the position per quarter of sales spent on it")
    value_chain_wear: float = number(0.012, "1/quarter", 0.0, 0.3, "uncertainty", "assumption", "delta_v: loss of position without care")
    value_chain_most: float = number(0.01, "1", 0.0, 0.3, "uncertainty", "assumption", "share of sales spent on the value chain at most")
    step_speed: float = number(0.02, "1/quarter", 0.0, 0.5, "uncertainty", "zhao2020:III.C", "speed of make or buy")
    step_friction: float = number(1.0, "1", 0.0, 10.0, "uncertainty", "assumption", "cost of dealings when half the steps are bought and none near by, over the cost of making them, as a logarithm")
    choice_sharpness: float = number(3.0, "1", 0.1, 50.0, "uncertainty", "assumption", "how sharply money follows expected return")
    move_cost: float = number(1.0, "quarter", 0.05, 20.0, "uncertainty", "assumption", "K_s: cost of a new sector, in quarters of mean sales")
    move_hazard: float = number(0.05, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "chance a quarter that a firm considers other sectors")
    ready_firms: int = number(3, "firm", 1, 1000, "uncertainty", "assumption", "firms that must sell a new combination before a dormant sector wakes")
    ready_fit: float = number(0.6, "1", 0.0, 1.5, "uncertainty", "assumption", "fit to the fields of a sector above which a firm commands its combination")
    ready_novelty: float = number(0.01, "1", 0.0, 1.0, "uncertainty", "assumption", "share of new products in sales from which a firm counts as selling a new one; 0: all do")


@dataclass(frozen=True)
class Turnover:
    """Entry, exit and core status."""

    exit_hazard: float = number(0.055, "1/year", 0.0, 0.5, "uncertainty", "F24", "exit of old firms on average over sizes, at target utilisation, not counting insolvency")
    young_factor: float = number(1.3, "1", 0.1, 10.0, "uncertainty", "F24", "hazard of firms of one to seven years over that of old ones")
    size_slope: float = number(0.6, "1", 0.0, 2.0, "uncertainty", "assumption", "fall of the hazard with ln size over the region's mean")
    entry_rate: float = number(0.027, "1/quarter", 0.0, 0.5, "uncertainty", "assumption", "entrants per firm where demand is unfilled")
    order_led: float = number(1.0, "1", 0.0, 20.0, "uncertainty", "li:3.B", "weight of core firms' imported and unfilled orders in entry")
    spin_off: float = number(0.02, "1/quarter", 0.0, 0.5, "uncertainty", "assumption", "spin-offs per university or research-active core firm")
    outsider_rate: float = number(0.004, "1/quarter", 0.0, 0.05, "uncertainty", "zhao2020:III.D", "outsiders per firm that usual support and regulation draw; 0: none come")
    outsider_disturbance: float = number(0.25, "1", 0.0, 0.9, "uncertainty", "zhao2020:III.D", "share of quality that is missing in an outsider's first products: its flaw")
    entrant_size: float = number(0.4, "1", 0.05, 3.0, "uncertainty", "assumption", "size of an entrant over the mean SME of its sector")
    entrant_cash: float = number(1.6, "quarter", 0.5, 10.0, "uncertainty", "assumption", "cash of an entrant, in quarters of planned sales")
    core_review: bool = switch("core status is won and lost")
    core_size: float = number(6.0, "1", 1.0, 100.0, "uncertainty", "li:2.A", "sales over the region's mean at which a firm can be core")
    core_ties: int = number(3, "tie", 0, 100, "uncertainty", "li:2.A", "ties at least of a core firm")
    core_capability: float = number(1.0, "1", 0.0, 3.0, "uncertainty", "li:2.A", "capability over the sector's mean at least of a core firm")
    exit_demand: float = number(1.5, "1", 0.0, 5.0, "uncertainty", "li:2.B", "rise of the ln hazard of exit per unit of capacity below target utilisation; 0: exits are blind to demand")
    exit_backward: float = number(1.0, "1", 0.0, 5.0, "uncertainty", "zhao2020:IV", "rise of the ln hazard of exit per unit of ln quality below the market's mean; 0: backward firms stay")
    core_grace: int = number(4, "quarter", 1, 400, "uncertainty", "assumption", "quarters in a row with too few ties or too little capability after which core status is lost")
    outsider_learning: float = number(0.05, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "share of its flaw an outsider mends by its own doing")
    outsider_dumping: float = number(0.5, "1", 0.0, 1.0, "uncertainty", "zhao2020:III.D", "fall of the price per unit of flaw that buyers do not see")
    outsider_seen: float = number(0.05, "1/quarter", 0.0, 1.0, "uncertainty", "assumption", "share of what is hidden that buyers find out by themselves")
    first_order: float = number(0.5, "1", 0.0, 1.0, "uncertainty", "li:3.B", "first order of a supplier that comes for it, over the share of an input that one review moves; 0: none")


@dataclass(frozen=True)
class Parameters:
    """All groups."""

    switches: Switches = field(default_factory=Switches)
    frontier: Frontier = field(default_factory=Frontier)
    needs: NeedsOfChains = field(default_factory=NeedsOfChains)
    learning: Learning = field(default_factory=Learning)
    strategy: Strategy = field(default_factory=Strategy)
    innovation: Innovation = field(default_factory=Innovation)
    calls: Calls = field(default_factory=Calls)
    search: Search = field(default_factory=Search)
    chain_leader: ChainLeader = field(default_factory=ChainLeader)
    platforms: Platforms = field(default_factory=Platforms)
    talent: Talent = field(default_factory=Talent)
    production: Production = field(default_factory=Production)
    market: Market = field(default_factory=Market)
    households: Households = field(default_factory=Households)
    policy: Policy = field(default_factory=Policy)
    finance: Finance = field(default_factory=Finance)
    new_productivity: NewProductivity = field(default_factory=NewProductivity)
    penetration: Penetration = field(default_factory=Penetration)
    investment: Investment = field(default_factory=Investment)
    turnover: Turnover = field(default_factory=Turnover)

    def with_changes(self, changes: Mapping[str, Any]) -> Parameters:
        """Return parameters with ``{"group.name": value}`` applied.

        Raises
        ------
        InputError
            If a name is unknown (the nearest one is offered), or a value has the wrong type or is out of bounds.
        """
        known = SPECIFICATIONS
        if not isinstance(changes, Mapping):
            raise InputError(f'parameters: {changes!r} is not a mapping of "group.name" to values')
        grouped: dict[str, dict[str, Any]] = {}
        for name, value in changes.items():
            if name not in known:
                raise InputError(f'unknown parameter "{name}"{nearest(str(name), known)}')
            group, _, short = name.partition(".")
            grouped.setdefault(group, {})[short] = known[name].checked(name, value)
        return replace(self, **{group: replace(getattr(self, group), **values) for group, values in grouped.items()})

    def flat(self) -> dict[str, float | int | bool]:
        """Return all values by ``group.name``."""
        return {name: getattr(getattr(self, name.partition(".")[0]), name.partition(".")[2]) for name in SPECIFICATIONS}


def _specifications() -> dict[str, Specification]:
    """Return the declarations of all parameters by ``group.name``."""
    defaults = Parameters()
    return {
        f"{group.name}.{each.name}": each.metadata["parameter"]
        for group in fields(Parameters)
        for each in fields(getattr(defaults, group.name))
    }


SPECIFICATIONS: dict[str, Specification] = _specifications()
"""Declaration of every parameter by ``group.name``."""
