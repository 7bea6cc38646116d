"""Wrong specs: each costs one diagnostic with its code, its place and a likely fix."""

from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from derivgen.errors import DerivgenError, Diagnostic
from derivgen.network import source
from derivgen.network.spec import read_task, task_from_mapping, task_from_text

CASES: list[dict[str, Any]] = YAML(typ="safe").load(
    (Path(__file__).parents[1] / "data" / "spec_errors.yaml").read_text(encoding="utf-8")
)

BASE = """\
data:
  inputs: [1, 2]
  targets: [1]
layers:
  - {dense: 2, activation: relu, weights: [[1, 2], [3, 4]], bias: [0, 0]}
  - {dense: 1, weights: [[1, -1]], bias: [0]}
loss: half_squared_error
"""


def refused(text: str, *overrides: str, format: str = "yaml", folder: Path = Path()) -> Diagnostic:
    with pytest.raises(DerivgenError) as caught:
        task_from_text(text, format, "net.yaml", folder, overrides)
    return caught.value.diagnostic


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"].replace(" ", "-"))
def test_wrong_specs(case: dict[str, Any]) -> None:
    overrides = [f"{key}={value}" for key, value in case.get("change", {}).items()]
    found = refused(BASE if case.get("base") else case["spec"], *overrides)
    assert found.code == case["code"], str(found)
    assert case["says"] in str(found)
    assert found.place is not None or case.get("at", 0) is None
    if case.get("at") is not None:
        assert (found.place.line, found.place.column) == tuple(case["at"]), str(found)
    if overrides and found.place.line is None:
        # what an override put in is named by the override
        assert found.place.file.startswith("--set ")


def test_the_base_of_the_cases_is_right() -> None:
    assert task_from_text(BASE).network.loss == "L"


@pytest.mark.parametrize(
    ("text", "format", "code", "line", "column"),
    [
        ('{"loss": "mse",\n "layers": [{"dense": 1, "actvation": "relu"}]}', "json", "E201", 2, 26),
        ('{"loss": "mse", "loss": "mae"}', "json", "E105", 1, 17),
        ('{"loss": "mse"\n "title": 1}', "json", "E104", 2, 2),
        ('{"loss": "mse"} x', "json", "E104", 1, 17),
        ('{"loss": "m\\qse"}', "json", "E104", 1, 10),
        ('{"loss": [1, 02]}', "json", "E104", 1, 15),
        ('loss = "mse"\n[[layers]]\ndense = 1\nactvation = "relu"', "toml", "E201", 4, 1),
        ('loss = "mse"\nloss = "mae"', "toml", "E104", 2, 13),
        ('loss = "mse"\nlayers = [{dense = 1}, {dense = "x"}]', "toml", "E203", 2, 34),
        (
            'loss = "mse"\n[data]\ninputs = [\n 1,\n nan,\n]\n[[layers]]\ndense = 1',
            "toml",
            "E205",
            5,
            2,
        ),
        ("loss: mse\n\ttitle: x", "yaml", "E104", 2, 1),
    ],
)
def test_places_in_every_format(text: str, format: str, code: str, line: int, column: int) -> None:
    found = refused(text, format=format)
    assert found.code == code, str(found)
    assert found.place is not None
    assert (found.place.line, found.place.column) == (line, column), str(found)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("loss: mse\ndata:\n\tinputs: [1]", "spaces, not with tabs"),
        ("loss: mse\nlayers\n  - dense: 1", "needs a ':'"),
        ("title: XOR: the beginning\nloss: mse", "needs quotes"),
        ("data:\n  inputs: [1]\n targets: [0]", "indent this line"),
        ("data:\n  inputs: [1, 2\n  targets: [0]", "a bracket is not closed"),
        ('title: "XOR\nloss: mse', "a quote or a bracket is not closed"),
        ("data: *samples", "before its alias"),
        ("title: 'XOR' y\nloss: mse", "around the whole text"),
    ],
)
def test_broken_yaml_says_what_to_mend(text: str, says: str) -> None:
    found = refused(text)
    assert found.code == "E104"
    assert says in found.hint, str(found)


@pytest.mark.parametrize(
    ("raw", "line", "column", "says"),
    [
        (b"loss: mse\ntitle: \xff", 2, 8, "0xff"),
        (b"loss: mse\ntitle: a\0b", 2, 9, "NUL"),
        ("loss: mse\ntitle: é".encode("latin-1"), 2, 8, "save the file as UTF-8"),
    ],
)
def test_bytes_that_are_no_text(
    tmp_path: Path, raw: bytes, line: int, column: int, says: str
) -> None:
    path = tmp_path / "net.yaml"
    path.write_bytes(raw)
    with pytest.raises(DerivgenError, match=says) as caught:
        read_task(path)
    found = caught.value.diagnostic
    assert found.code == "E102"
    assert found.place is not None
    assert (found.place.line, found.place.column) == (line, column)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "network.yaml").write_text(BASE)
    for name, code, says in (
        ("netwrok.yaml", "E101", "did you mean 'network.yaml'?"),
        ("network.txt", "E107", ".yaml"),
        ("a\0.yaml", "E101", "not a valid path"),
    ):
        with pytest.raises(DerivgenError) as caught:
            read_task(tmp_path / name)
        assert caught.value.diagnostic.code == code
        assert says in str(caught.value)
    with pytest.raises(DerivgenError) as caught:
        read_task(tmp_path / "else.yaml")  # alike in its ending alone
    assert "did you mean" not in str(caught.value)
    assert f"looked in {tmp_path.resolve()}" in caught.value.diagnostic.hint
    with pytest.raises(DerivgenError, match="there is no folder"):
        read_task(tmp_path / "nets" / "else.yaml")
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(DerivgenError) as caught:
        read_task(tmp_path / "folder.yaml")
    assert caught.value.diagnostic.code == "E101"


def test_bombs() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert refused("\n".join(lines)).code == "E103"
    for text, format in (
        ("[" * 5000, "json"),
        ("x: " + "[" * 5000, "yaml"),
        ("x: " + "{a: " * 5000, "yaml"),
        ("- " * 5000, "yaml"),
        ("x: " + "[" * 100 + "]" * 100, "yaml"),
        ("a = " + "[" * 5000, "toml"),
    ):
        assert refused(text, format=format).code == "E103"


def test_a_document_without_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(source, "MAX_BYTES", 100)
    path = tmp_path / "net.yaml"
    path.write_text(BASE * 3)
    with pytest.raises(DerivgenError) as caught:
        read_task(path)
    assert caught.value.diagnostic.code == "E103"
    assert refused(BASE * 3).code == "E103"


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("steps", "write key.sub=value"),
        ("=3", "write key.sub=value"),
        ("layers.7.dense=3", "no item of a list of 2 items"),
        ("layers.x=3", "no item"),
        ("data.inputs.a=1", "no item"),
        ("layers.0.dense.x=1", "is a value and has no keys"),
    ],
)
def test_overrides_that_cannot_be_applied(override: str, says: str) -> None:
    found = refused(BASE, override)
    assert found.code == "E221"
    assert says in str(found)


def test_an_override_that_is_wrong_is_named() -> None:
    found = refused(BASE, "training.steps=many")
    assert str(found).startswith("--set training.steps=many: E203")


# --- data files -----------------------------------------------------------------------------------


def file_case(folder: Path, name: str, raw: bytes | str, spec: str) -> Diagnostic:
    (folder / name).write_bytes(raw.encode() if isinstance(raw, str) else raw)
    return refused(BASE, f"layers.0.weights={spec}", folder=folder)


@pytest.mark.parametrize(
    ("text", "code", "line", "says"),
    [
        ("1,2\n3,x\n", "E205", 2, "'x'"),
        ("1,2\n3\n", "E206", 2, "this line has 1 numbers, but the first has 2"),
        ("a,b\n1,2\n3,4\n", "E205", 1, "put # before a header line"),
        ("# nothing\n\n", "E206", None, "holds no numbers"),
        ("1,2\n3,inf\n", "E205", 2, "'inf'"),
        ("1,2\n3,4\n5,6\n", "E207", None, "an array of 3 x 2 was given, but 2 x 2 is needed"),
    ],
)
def test_csv_files(tmp_path: Path, text: str, code: str, line: int | None, says: str) -> None:
    found = file_case(tmp_path, "w.csv", text, "{csv: w.csv}")
    assert found.code == code, str(found)
    assert says in str(found)
    if line is not None:
        assert found.place is not None
        assert (found.place.file, found.place.line) == ("w.csv", line)


def npz(**arrays: Any) -> bytes:
    made = io.BytesIO()
    np.savez(made, **arrays)
    return made.getvalue()


@pytest.mark.parametrize(
    ("raw", "spec", "code", "says"),
    [
        (b"not an archive", "{npz: w.npz, key: W}", "E108", "no NPZ file"),
        (b"not an archive", "{npz: w.npz}", "E108", "no NPY or NPZ file"),
        (npz(V=np.eye(2), U=np.eye(2)), "{npz: w.npz, key: W}", "E108", "it holds 'V', 'U'"),
        (npz(V=np.eye(2), U=np.eye(2)), "{npz: w.npz}", "E108", "needs a `key`"),
        (npz(W=np.array([object()])), "{npz: w.npz, key: W}", "E108", "pickled objects"),
        (npz(W=np.array(["a"])), "{npz: w.npz, key: W}", "E108", "not real numbers"),
        (npz(W=np.eye(2) * 1j), "{npz: w.npz, key: W}", "E108", "not real numbers"),
        (npz(W=np.array([[1.0, np.nan]])), "{npz: w.npz, key: W}", "E205", "nan at [0, 1]"),
        (npz(W=np.zeros((0, 2))), "{npz: w.npz, key: W}", "E206", "empty"),
        (npz(W=np.eye(3)), "{npz: w.npz, key: W}", "E207", "3 x 3 was given"),
        (npz(W=np.eye(2))[:-40], "{npz: w.npz, key: W}", "E108", ""),
    ],
)
def test_npz_files(tmp_path: Path, raw: bytes, spec: str, code: str, says: str) -> None:
    found = file_case(tmp_path, "w.npz", raw, spec)
    assert found.code == code, str(found)
    assert says in str(found)


def test_an_archive_that_unpacks_to_gigabytes(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("W.npy", b"\0" * 10_000)
    raw = made.getvalue()
    # the sizes in both headers claim more than was written
    size = (10_000).to_bytes(4, "little")
    huge = (2**31).to_bytes(4, "little")
    found = file_case(tmp_path, "w.npz", raw.replace(size, huge), "{npz: w.npz, key: W}")
    assert found.code == "E108"
    assert "too large" in str(found)


def test_random_values_that_cannot_be() -> None:
    for spec, says in (
        ("{random: {low: 0.01, high: 0.04}}", "no value with 1 decimals"),
        ("{random: {low: -1e30, high: 1e30}}", "too wide"),
    ):
        found = refused(BASE, f"layers.0.weights={spec}")
        assert found.code == "E209"
        assert says in str(found)


def test_a_mapping_in_python_has_no_lines() -> None:
    with pytest.raises(DerivgenError) as caught:
        task_from_mapping({"loss": "mse", "layrs": []}, "my net")
    found = caught.value.diagnostic
    assert found.code == "E201"
    assert found.place is not None
    assert (found.place.file, found.place.line) == ("my net", None)
    assert str(found).startswith("my net: layrs: E201: ")


@pytest.mark.parametrize(
    ("changes", "starts", "says"),
    [
        ({"targets": {"classes": []}}, "derivation: data.targets.classes: E206", "empty"),
        ({"targets": [[1], [0]]}, "derivation: data.targets: E207", "3 samples (data.inputs)"),
        ({"inputs": [[1, 2]] * 3}, "derivation: layers.0.weights: E207", "'x' (data.inputs)"),
    ],
)
def test_errors_of_python_specs_name_the_key(
    changes: dict[str, Any], starts: str, says: str
) -> None:
    data = {"inputs": [[1], [2], [3]], "targets": [[1], [0], [1]]}
    layers = [{"dense": 1, "weights": [[1]], "bias": "none"}]
    with pytest.raises(DerivgenError) as caught:
        task_from_mapping({"data": data | changes, "layers": layers, "loss": "mse"})
    assert str(caught.value).startswith(starts)
    assert says in str(caught.value)


def test_a_formula_of_a_python_spec_has_columns_of_its_own() -> None:
    spec = {"arrays": {"x": 1}, "equations": "L = x + sinn(x)", "loss": "L"}
    with pytest.raises(DerivgenError, match=r"^derivation: equations\.0:1:9: E306: .*did you mean"):
        task_from_mapping(spec)


@pytest.mark.parametrize(
    ("text", "column"), [("1,2\n3, x\n", 4), ("1;2\nx;3\n", 1), ("a,b\n1,2\n", 1)]
)
def test_a_cell_that_is_no_number_has_its_column(tmp_path: Path, text: str, column: int) -> None:
    found = file_case(tmp_path, "w.csv", text, "{csv: w.csv}")
    assert found.place is not None
    assert found.place.column == column


def test_an_error_passes_from_one_process_to_another() -> None:
    error = DerivgenError("E503", "the optimiser adam takes square roots", hint="use decimals")
    assert pickle.loads(pickle.dumps(error)).diagnostic == error.diagnostic
