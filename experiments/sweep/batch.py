"""A batch from its design to its last run: begin, resume, retry; what the commands of those names do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.errors import InputError
from analysis.load import read_manifest
from analysis.schema import DESIGN, SWEEP, check_version
from experiments.progress import say
from experiments.sweep.catalogue import Catalogue
from experiments.sweep.conduct import Batch, conduct
from experiments.sweep.options import Options, engine_of, failures_allowed
from experiments.sweep.work import SIMULATE

__all__ = ["Options", "begin", "make_store", "resume", "store_folder"]

if TYPE_CHECKING:
    from experiments.sweep.design import Design
    from experiments.sweep.plan import Plan

# ---------------------------------------------------------------------------------------------------- beginning


def begin(plan: Plan, folder: Path, options: Options, *, given: str = "", target: str = SIMULATE) -> int:
    """Make the store of a plan, do its runs and return the exit code.

    Parameters
    ----------
    given
        Name or path of the design, whose text is kept.
    target
        What computes a run, see `work.Chunk`.

    Raises
    ------
    InputError
        If the folder is taken or cannot be written, or an option is wrong.
    """
    failures_allowed(options.max_failures, len(plan.runs))
    engine = engine_of(options)
    make_store(plan, folder, given=given, target=target)
    return conduct(Batch(folder, plan, engine, options, target), "sweep")


def store_folder(plan: Plan) -> Path:
    """Return where the store of a plan lies unless another place is named."""
    return Path("runs") / f"{plan.design.name}-{plan.hash[:8]}"


def text_of(given: str) -> str:
    """Return the text of the design file a person named, empty if there is none."""
    from experiments.sweep.reading import SHIPPED, design_names

    path = SHIPPED / f"{given}.toml" if given in design_names() else Path(given)
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def make_store(plan: Plan, folder: Path, *, given: str = "", target: str = SIMULATE) -> None:
    """Write the store of a plan with all its runs waiting; it appears whole or not at all.

    Raises
    ------
    InputError
        If the folder is taken or cannot be written.
    """
    from experiments.manifest import write_manifest
    from experiments.store import staged
    from experiments.sweep.provenance import manifest_of

    if (folder / "manifest.json").is_file() and read_manifest(folder).get("kind") == SWEEP:
        raise InputError(f'"{folder}" is a store already; continue it with: innonet resume {folder}')
    with staged(folder, force=False) as temporary:
        write_manifest(temporary, manifest_of(plan, target))
        (temporary / DESIGN).write_text(text_of(given), encoding="utf-8")
        Catalogue.create(temporary, plan).close()


def resume(folder: Path, options: Options, *, allow_code_change: bool = False, retry: bool = False) -> int:
    """Do the runs of a store that are still to do and return the exit code.

    Parameters
    ----------
    allow_code_change
        Continue even if code or input differ from what the sweep began with.
    retry
        Also do those again that went wrong.

    Raises
    ------
    InputError, FolderError
        If it is no store of a sweep, or is in use, or code or input differ and that is not allowed.
    """
    from experiments.sweep.plan import make_plan
    from experiments.sweep.provenance import check_code

    manifest = read_manifest(folder)
    if manifest.get("kind") != SWEEP:
        raise InputError(f'"{folder}" is the folder of a single run; there is nothing to continue')
    check_version(folder, manifest)
    plan = make_plan(design_of(manifest))
    for words in check_code(manifest, plan, folder, allow=allow_code_change):
        say(f"Note: {words}", quiet=options.quiet)
    failures_allowed(options.max_failures, len(plan.runs))
    batch = Batch(folder, plan, engine_of(options), options, str(manifest.get("target", SIMULATE)))
    return conduct(batch, "retry" if retry else "resume")


def design_of(manifest: Any) -> Design:
    """Return the design a manifest holds."""
    from experiments.sweep.design import Design

    return Design.model_validate(manifest["design"])
