"""What a draft differs in from what it began with: the defaults, or the run that it was cloned from; and presets.

A preset is a draft without what belongs to one run only (its name and notes): loading one lays it over the draft.
"""

from collections.abc import Mapping
from dataclasses import replace

from screens.form.draft import A_FILE, Draft, changed_values, parameters_of, runs_on, takes_text, text_of
from workbench.data import DATASETS
from workbench.errors import BadValue
from workbench.models import find_model
from workbench.parameters import Parameter, show_value
from workbench.presets import Preset

_CLONED = ("model", "checkpoint", "data", "file", "target", "text", "tags")
"""Fields that have something to differ from only in a clone."""


def base_texts(draft: Draft) -> dict[str, str]:
    """What each field began with, by field; those that begin with nothing in particular are left out."""
    origin = draft.origin.draft if draft.origin is not None else None
    base = {name: _fixed_text(origin, name) for name in _CLONED} if origin is not None else {}
    base["device"] = origin.device if origin is not None and runs_on(draft.model, origin.device) else "auto"
    kept = origin.values if origin is not None else {}
    own = {parameter.name for parameter in find_model(draft.model).parameters}
    for parameter in parameters_of(draft.model):
        default = show_value(parameter.default)
        foreign = origin is not None and origin.model_choice != draft.model_choice and parameter.name in own
        base[parameter.name] = default if foreign else kept.get(parameter.name, default)
    return base


def changes(draft: Draft) -> dict[str, str]:
    """What stood in each field that now holds something else, by field, in the order of the form."""
    typed = {p.name: (p, text_of(draft, p)) for p in parameters_of(draft.model)}
    changed = {}
    for name, before in base_texts(draft).items():
        if name in typed:
            same = _same(typed[name][0], before, typed[name][1])
        else:
            same = _fixed_text(draft, name).strip() == before.strip()
        if not same and not (name in ("file", "target", "text") and draft.data != A_FILE):
            changed[name] = before
    return changed


def _fixed_text(draft: Draft, name: str) -> str:
    """What stands in a field that every model has."""
    return draft.model_choice if name == "model" else str(getattr(draft, name))


def title_of(draft: Draft) -> str:
    """What the form is called."""
    if draft.origin is None:
        return "New run"
    return f"New run · clone of {draft.origin.run_id} {draft.origin.name}"


def apply_preset(draft: Draft, preset: Preset) -> Draft:
    """A draft with what a preset says; its name, its notes and what it was cloned from stay."""
    changed = replace(draft, model=preset.model, values=dict(preset.values))
    if preset.data is not None:
        known = preset.data in DATASETS
        data, file = (preset.data, "") if known else (A_FILE, preset.data)
        changed = replace(changed, data=data, file=file, target=preset.target or "", text=preset.text or "")
    if preset.device is not None and runs_on(preset.model, preset.device):
        changed = replace(changed, device=preset.device)
    return replace(changed, tags=preset.tags) if preset.tags else changed


def preset_of(draft: Draft, name: str) -> Preset:
    """The draft as a preset called ``name``."""
    own = {parameter.name for parameter in parameters_of(draft.model)}
    values = {key: text for key, text in changed_values(draft.model, draft.values).items() if key in own}
    of_file = draft.data == A_FILE
    return Preset(
        name=name.strip(),
        model=draft.model,
        values=values,
        data=(draft.file.strip() or None) if of_file else draft.data,
        target=(draft.target.strip() or None) if of_file and not takes_text(draft.model) else None,
        text=(draft.text.strip() or None) if of_file and takes_text(draft.model) else None,
        device=draft.device if draft.device != "auto" else None,
        tags=draft.tags.strip(),
    )


def describe_preset(preset: Preset) -> str:
    """What a preset sets, in a line: what differs from the defaults of its model."""
    parts = [f"{name.replace('_', ' ')} {text}" for name, text in _extras(preset).items()]
    return " · ".join(parts) or "the defaults"


def _extras(preset: Preset) -> Mapping[str, str]:
    extras = {
        "data": preset.data,
        "target": preset.target,
        "text": preset.text,
        "device": preset.device,
        "tags": preset.tags,
    }
    return {**preset.values, **{name: text for name, text in extras.items() if text}}


def _same(parameter: Parameter, before: str, now: str) -> bool:
    """Whether two texts stand for the same value; wrong ones for none."""
    if before.strip() == now.strip():
        return True
    try:
        return parameter.parse(before) == parameter.parse(now)
    except BadValue:
        return False
