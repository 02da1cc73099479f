"""How a parameter is declared: one line that holds its default, unit, meaning, plausible range and source."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

Number = float | int


class Settings(BaseModel):
    """Base of every settings table: frozen, and a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Params(Settings):
    """The parameters of one behaviour; every behaviour can be switched off."""

    on: bool = Field(default=True, description="whether the behaviour takes part in the week")


def dial(
    default: Any,  # noqa: ANN401 - the default of any type of field
    meaning: str,
    *,
    unit: str = "",
    plausible: tuple[Number, Number] | None = None,
    source: str,
    built: bool = False,
    **limits: Any,  # noqa: ANN401 - handed on to pydantic: ge, gt, le, lt
) -> Any:  # noqa: ANN401 - pydantic's own signature
    """Declare a number that the model needs, with all that a reader must know of it.

    Parameters
    ----------
    default
        Value in the shipped markets unless a scenario says otherwise; `...` where a scenario must say it.
    meaning
        One clause, lower case, that says what the number does.
    unit
        Unit of the number, empty for a pure number.
    plausible
        The range within which nobody could call the value wrong; swept when nothing else is known.
    source
        Author and year, or `assumption: ...` with the reason.
    built
        Whether the number is used only when the market is built, so that it cannot change on the timeline.
    **limits
        Hard bounds (`ge`, `gt`, `le`, `lt`), outside of which a value makes no sense.
    """
    extra: dict[str, Any] = {"unit": unit, "source": source}
    if built:
        extra["built"] = True
    if plausible is not None:
        extra["plausible"] = list(plausible)
    return Field(default, description=meaning, json_schema_extra=extra, validate_default=True, **limits)


def register(model: type[BaseModel], prefix: str) -> list[dict[str, Any]]:
    """List every dial below a settings class: id, meaning, default, unit, range, source.

    Returns
    -------
    list of dict
        One row a dial, in the order of declaration; `id` is the path by which a scenario sets it.
    """
    rows: list[dict[str, Any]] = []
    for name, info in model.model_fields.items():
        path = f"{prefix}.{name}" if prefix else name
        inner = _settings_class(info)
        if inner is not None:
            rows += register(inner, path)
            continue
        extra = info.json_schema_extra
        if not isinstance(extra, dict):
            continue
        rows.append(
            {
                "id": path,
                "meaning": info.description or "",
                "default": None if info.is_required() else info.default,
                "unit": extra.get("unit", ""),
                "range": extra.get("plausible"),
                "source": extra.get("source", ""),
            }
        )
    return rows


def _settings_class(info: FieldInfo) -> type[BaseModel] | None:
    """Return the settings class of a field that is itself a table, else None."""
    kind = info.annotation
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    for part in getattr(kind, "__args__", ()):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None
