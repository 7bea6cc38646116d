"""The JSON schema of specs."""

from __future__ import annotations

import json

import jsonschema

from derivgen.network.spec import example_names, example_text, json_schema


def test_the_json_schema_accepts_the_examples_and_refuses_mistakes() -> None:
    schema = json.loads(json.dumps(json_schema()))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    from ruamel.yaml import YAML

    for name in example_names():
        assert not list(validator.iter_errors(YAML(typ="safe").load(example_text(name)))), name
    good = {
        "loss": "mse",
        "data": {"inputs": [1], "targets": ["1/3"]},
        "layers": [{"dense": 1, "bias": "none"}],
    }
    assert validator.is_valid(good)
    for wrong in (
        {"los": "mse"},
        {**good, "numbers": {"decimal": 3}},
        {**good, "layers": [{"dense": "x"}]},
    ):
        assert not validator.is_valid(wrong)


def test_every_key_of_the_schema_is_described() -> None:
    schema = json_schema()
    for name, model in {**schema["$defs"], "Spec": schema}.items():
        assert model["description"], name
        for key, entry in model["properties"].items():
            # a reference is described by what it refers to, which is in the loop as well
            assert entry.get("description") or "$ref" in entry, f"{name}.{key}"
