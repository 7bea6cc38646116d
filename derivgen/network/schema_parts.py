"""What the models of a spec are made of: the base of all, short forms, and common kinds of values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic_core import CoreSchema, core_schema

from derivgen.network.source import WrittenFraction

Json = dict[str, Any]
NUMBER: Json = {
    "anyOf": [
        {"type": "number"},
        {"type": "string", "pattern": r"^\s*[-+]?[0-9.]+(e[-+]?[0-9]+)?(/[0-9]+)?\s*$"},
    ]
}
#: axes of an array that the JSON Schema looks into
_SCHEMA_AXES = 4


def _nested(axes: int) -> Json:
    inner: Json = {"items": _nested(axes - 1)} if axes else {}
    return {"anyOf": [*NUMBER["anyOf"], {"type": "array", **inner}]}


#: what stands for an array: numbers in nested lists, or the word for letters
NESTED: Json = {"anyOf": [*_nested(_SCHEMA_AXES)["anyOf"], {"const": "symbolic"}]}


@dataclass(frozen=True, slots=True, eq=False)
class Short:
    """Lets a mapping be given by the value of its most important key alone: ``loss: mse``."""

    key: str
    form: Json

    def _expand(self, value: Any) -> Any:
        return value if isinstance(value, (dict, BaseModel)) else {self.key: value}

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._expand, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> Json:
        return {"anyOf": [self.form, handler(schema)]}


def to_text(value: Any) -> Any:
    """Numbers are as good as texts where a text is wanted: ``title: 2026``."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return getattr(value, "text", str(value))


def to_yaml_text(value: Any) -> Any:
    """What stands in YAML for a truth value or a number, where a text is wanted: ``math: true``."""
    return str(value).lower() if isinstance(value, bool) else to_text(value)


def to_list(value: Any) -> Any:
    """A single value is as good as a list of one: ``views: paths``."""
    return value if isinstance(value, list) else [value]


#: a fraction of whole numbers, as a text
_FRACTION = r"^\s*[-+]?[0-9]{1,40}\s*/\s*0*[1-9][0-9]{0,40}\s*$"
FractionText = Annotated[str, Field(pattern=_FRACTION)]


def to_number(value: Any, check: ValidatorFunctionWrapHandler) -> float:
    """A fraction is as good as a decimal where a number is wanted: ``learning_rate: 1/3``."""
    if isinstance(value, str) and re.fullmatch(_FRACTION, value, re.ASCII):
        value = WrittenFraction("".join(value.split()).removeprefix("+"))
    elif isinstance(value, Fraction) and value.denominator != 1:
        value = WrittenFraction(str(value))
    plain: float = check(value)
    return value if isinstance(value, WrittenFraction) else plain


Words = Annotated[str, BeforeValidator(to_text, json_schema_input_type=str | float)]
YamlWords = Annotated[str, BeforeValidator(to_yaml_text, json_schema_input_type=str | float | bool)]
Number = Annotated[
    float,
    Field(allow_inf_nan=False),
    WrapValidator(to_number, json_schema_input_type=float | FractionText),
]
#: what may stand between two indices
SEPARATOR = r"^[,;:.|/ -]?$"
Separator = Annotated[str, Field(pattern=SEPARATOR)]
Nested = Annotated[Any, WithJsonSchema(NESTED)]
ARRAY_NAME = r"^[A-Za-z][A-Za-z0-9_]*$"
FILE_NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
ArrayName = Annotated[str, Field(pattern=ARRAY_NAME, max_length=40)]


class Part(BaseModel):
    """A mapping of a spec: no unknown keys, no silent conversions."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)
