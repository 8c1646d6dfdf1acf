"""Codes for kinds, layers, origins, routes, stages, modes, events: one place, with the words shown to people."""

from __future__ import annotations

from enum import IntEnum


class Kind(IntEnum):
    """What an actor is. Aggregates (from HOUSEHOLDS on) hold accounts but are not nodes of the network."""

    FIRM = 0
    UNIVERSITY = 1
    GOVERNMENT = 2
    BANK = 3
    VENTURE_FUND = 4
    GUARANTEE_FUND = 5
    PLATFORM = 6
    HOUSEHOLDS = 7
    REST_OF_WORLD = 8
    MARKET = 9
    NEUTRAL = 10


N_KINDS = len(Kind)
FIRST_AGGREGATE = int(Kind.HOUSEHOLDS)


class Layer(IntEnum):
    """Layers of the multiplex network."""

    SUPPLY = 0
    RESEARCH = 1
    SERVICE = 2
    CREDIT = 3
    GUIDANCE = 4


class TieOrigin(IntEnum):
    """How a tie was born; fixed for its life (model.md law 2)."""

    ACQUAINTANCE = 0
    CALL = 1
    ORDER = 2
    PROPOSAL = 3
    PLATFORM = 4


class Origin(IntEnum):
    """Where a gain in capability arose."""

    OWN_RESEARCH = 0
    JOINT_RESEARCH = 1
    CALL = 2
    IMITATION = 3
    INTRODUCTION = 4
    USER_FEEDBACK = 5
    ENDOWMENT = 6
    PEOPLE = 7


class Route(IntEnum):
    """How a gain travelled. The first five mirror `TieOrigin`."""

    ACQUAINTANCE = 0
    CALL = 1
    ORDER = 2
    PROPOSAL = 3
    PLATFORM = 4
    OWN = 5
    SIDEWAYS = 6
    LICENCE = 7
    PEOPLE = 8


class Path(IntEnum):
    """The three upgrading paths (li section 3), the chain leader apart, and everything else."""

    COMMON_TECHNOLOGY = 0
    SUPPORTING_CHAIN = 1
    INNOVATION_PLATFORM = 2
    CHAIN_LEADER = 3
    NONE = 4


N_ORIGINS = len(Origin)
N_ROUTES = len(Route)
N_PATHS = len(Path)


class Mode(IntEnum):
    """Ways to get technology (zhao2020 III.D; li 2.B)."""

    NONE = 0
    INDEPENDENT = 1
    JOINT = 2
    IMITATE = 3
    INTRODUCE = 4


N_MODES = len(Mode)


class Stage(IntEnum):
    """Stages of the innovation chain (ren 2.1, 3.1)."""

    RESEARCH = 0
    DEVELOPMENT = 1
    PILOT = 2
    INDUSTRIALISATION = 3
    SHELVED = 4


class ProjectKind(IntEnum):
    """Who carries a project."""

    OWN = 0
    JOINT = 1
    CALL = 2
    UNIVERSITY = 3


class Service(IntEnum):
    """Services of an innovation platform, one sub-platform each (li 3.C; ren 2.3.2)."""

    FACILITIES = 0
    MATCHING = 1
    TECHNICAL = 2
    PILOT = 3
    VENTURE = 4
    TRAINING = 5


N_SERVICES = len(Service)


class Level(IntEnum):
    """Levels of new productivity (cheng 2.1)."""

    DIGITAL = 0
    INTELLIGENT = 1
    GREEN = 2


N_LEVELS = len(Level)


class ClaimKind(IntEnum):
    """Claims: an asset of the creditor, a liability of the debtor."""

    LOAN = 0
    EQUITY = 1
    DEPOSIT = 2
    BOND = 3


class Instrument(IntEnum):
    """Policy instruments that share the government's innovation budget."""

    CALL = 0
    GRANT = 1
    DEDUCTION = 2
    PLATFORM = 3
    PILOT = 4
    TALENT = 5
    TRAINING = 6
    CULTIVATION = 7
    GUARANTEE = 8
    ADOPTION = 9
    SUPERVISION = 10
    CHAIN_OFFICE = 11


N_INSTRUMENTS = len(Instrument)


class Purpose(IntEnum):
    """What a transfer of cash is for."""

    INPUTS = 0
    CONSUMPTION = 1
    EXPORTS = 2
    IMPORTS = 3
    SALES = 4
    EQUIPMENT = 5
    ENERGY = 6
    WAGES = 7
    TALENT_WAGES = 8
    TAX = 9
    DIVIDEND = 10
    INTEREST = 11
    LOAN = 12
    REPAYMENT = 13
    EQUITY = 14
    DEPOSIT = 15
    BOND = 16
    RESEARCH = 17
    CALL = 18
    LICENCE = 19
    GRANT = 20
    DEDUCTION = 21
    PLATFORM_SUPPORT = 22
    PILOT_SUPPORT = 23
    TALENT_PROGRAMME = 24
    TRAINING = 25
    CULTIVATION = 26
    GUARANTEE = 27
    ADOPTION = 28
    ADOPTION_SUBSIDY = 29
    SUPERVISION = 30
    CHAIN_OFFICE = 31
    NEUTRAL = 32
    PUBLIC_SERVICE = 33
    UNIVERSITY_FUNDING = 34
    FEE = 35
    PLATFORM_COST = 36
    VALUE_CHAIN = 37
    MOVE = 38
    LIQUIDATION = 39
    ENTRY = 40
    OUTSIDE_INVESTMENT = 41
    NATIONAL_PROJECT = 42
    CARBON = 43
    RESULTS = 44
    GUARANTEE_PAID = 45


N_PURPOSES = len(Purpose)


class Event(IntEnum):
    """Kinds of events in the event table."""

    ENTRY = 0
    EXIT = 1
    TIE_FORMED = 2
    TIE_DISSOLVED = 3
    PROJECT_STARTED = 4
    RESEARCH_SUCCEEDED = 5
    RESEARCH_FAILED = 6
    SHELVED = 7
    TAKEN_UP = 8
    PILOTED = 9
    PILOT_FAILED = 10
    INDUSTRIALISED = 11
    INDUSTRIALISATION_FAILED = 12
    ABANDONED = 13
    CALL_OPENED = 14
    CALL_AWARDED = 15
    ARTEFACT = 16
    LICENCE = 17
    PLATFORM_OPENED = 18
    PLATFORM_CLOSED = 19
    MEMBER_JOINED = 20
    MEMBER_LEFT = 21
    NEED_OPENED = 22
    NEED_CLOSED = 23
    NEED_PUBLISHED = 24
    OWNER_APPOINTED = 25
    PROPOSAL = 26
    CORE_GAINED = 27
    CORE_LOST = 28
    LOAN_REFUSED = 29
    DEFAULT = 30
    POLICY_CHANGED = 31
    MOVED_SECTOR = 32
    SECTOR_ACTIVATED = 33
    EXPIRED = 34
    STAGE_CHANGED = 35
    STAKE_SOLD = 36


def label(member: IntEnum) -> str:
    """Return the words for a code: ``Event.NEED_OPENED`` gives ``"need opened"``."""
    return member.name.lower().replace("_", " ")
