"""What the manifest of a store says of its sweep, and whether the code of today is the code it began with."""

from __future__ import annotations

import hashlib
import shlex
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.errors import InputError
from analysis.schema import STORE_VERSION, SWEEP
from experiments.manifest import commit_of, versions

if TYPE_CHECKING:
    from experiments.sweep.plan import Plan

MODEL = Path(__file__).resolve().parents[2] / "abm"


def manifest_of(plan: Plan, target: str) -> dict[str, Any]:
    """Return what is needed to repeat, to continue and to read the sweep; `problem` is for SALib's analyses."""
    commit, is_dirty = commit_of(MODEL.parent / "experiments")
    return {
        "schema_version": STORE_VERSION,
        "kind": SWEEP,
        "name": plan.design.name,
        "title": plan.design.title,
        "command": shlex.join(["innonet", *sys.argv[1:]]),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "runs": len(plan.runs),
        "plan": plan.hash,
        "seed_policy": plan.design.seed_policy,
        "target": target,
        "versions": versions(),
        "commit": commit,
        "commit_is_dirty": is_dirty,
        "code": code_digest(),
        "design": plan.design.model_dump(mode="json"),
        "problem": plan.problem,
        "notes": list(plan.notes),
    }


def code_digest() -> str:
    """Return 32 hexadecimal digits that change with any line of the model, committed or not."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(MODEL.rglob("*.py")):
        digest.update(f"{path.relative_to(MODEL)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def check_code(manifest: Mapping[str, Any], plan: Plan, folder: Path, *, allow: bool) -> list[str]:
    """Return notes on how code and input differ from what the sweep began with.

    Raises
    ------
    InputError
        If they differ in what results depend on, and that is not allowed.
    """
    reasons = []
    if manifest.get("plan") != plan.hash:
        reasons.append("its runs are other runs today: a scenario, the model's version or its measures have changed")
    if manifest.get("code") != code_digest():
        began, now = _commit_words(manifest), _commit_words(manifest_now())
        reasons.append(f"the model's code has changed: it began with {began}, this is {now}")
    if reasons and not allow:
        raise InputError(
            f'the store "{folder}" cannot be continued as it began: {"; ".join(reasons)}. Go back to the code it began '
            "with, start a new sweep, or take the mixture on you with --allow-code-change"
        )
    old, new = manifest.get("versions", {}), versions()
    changed = [f"{name} {old[name]} -> {new[name]}" for name in new if name in old and old[name] != new[name]]
    return reasons + ([f"other versions than at the start: {', '.join(changed)}"] if changed else [])


def manifest_now() -> dict[str, Any]:
    """Return the entries that say at which commit this code is."""
    commit, is_dirty = commit_of(MODEL.parent / "experiments")
    return {"commit": commit, "commit_is_dirty": is_dirty}


def _commit_words(manifest: Mapping[str, Any]) -> str:
    commit = manifest.get("commit")
    if not commit:
        return "code outside a repository"
    return f"commit {commit[:10]}{' with changes' if manifest.get('commit_is_dirty') else ''}"
