"""The forms in which a picture is written."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import hdsl
from hdsl import HdslError
from hdsl.notation.unicode import columns
from hdsl.picture.picture import FORMS, Picture
from hdsl.picture.view import scene_of

from .scenes import scene

HERE = Path(__file__).parent
GOOD = HERE.parent / "cases" / "good"
GOLDENS = ("class_by_class", "errors_in_both_variables", "hidden_markov_chain", "two_factories")
WRITTEN = {"txt": Picture.text, "dot": Picture.dot, "mmd": Picture.mermaid}


def picture(name: str) -> Picture:
    return hdsl.load(GOOD / f"{name}.hbm").picture(plan=True)


@pytest.mark.parametrize("form", WRITTEN)
@pytest.mark.parametrize("name", GOLDENS)
def test_golden(name: str, form: str, accept: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOOD)
    found = WRITTEN[form](hdsl.load(f"{name}.hbm").picture(plan=True)).rstrip("\n") + "\n"
    golden = HERE / "goldens" / f"{name}.{form}"
    if accept:
        golden.write_text(found, encoding="utf-8")
    assert golden.exists(), "no golden text: run with --accept and review it"
    assert found == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("columns", [60, 80, 100])
@pytest.mark.parametrize("name", GOLDENS)
def test_letters_keep_to_their_columns(name: str, columns: int) -> None:
    lines = picture(name).text(columns).splitlines()
    assert max(map(len, lines)) <= columns
    boxes = [line for line in lines if line[:1] in ("╭", "│", "╰")]
    assert {len(line) for line in boxes} == {columns}


@pytest.mark.parametrize("name", sorted(path.stem for path in GOOD.glob("*.hbm")))
def test_svg_is_well_formed_and_stands_alone(name: str) -> None:
    text = picture(name).svg(prefix="here")
    root = ET.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    ids = re.findall(r' id="([^"]*)"', text)
    assert len(ids) == len(set(ids)) > 1
    assert all(found.startswith("here-") for found in ids)
    assert root.attrib["aria-labelledby"] in ids
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    for forbidden in ("<script", "@import", "url(", "<image"):
        assert forbidden not in text


def test_svg_tells_what_the_file_says() -> None:
    text = hdsl.compile(
        '# A "test" <of> signs.\n\n a ~ Normal(0, 1)  # less < more & "so"\n'
    ).picture()
    root = ET.fromstring(text.svg())
    titles = [element.text for element in root.iter("{http://www.w3.org/2000/svg}title")]
    assert titles[0] == 'A "test" <of> signs.'
    assert 'a ~ Normal(0, 1)\nless < more & "so"' in titles
    captions = hdsl.compile("a ~ Normal(0, 1) # described").picture(captions=False)
    assert ">described<" not in captions.svg()
    assert ">described<" in hdsl.compile("a ~ Normal(0, 1) # described").picture().svg()


def test_lines_keep_their_width_in_any_font() -> None:
    root = ET.fromstring(picture("class_by_class").svg())
    lines = list(root.iter("{http://www.w3.org/2000/svg}text"))
    headings = [line for line in lines if line.attrib.get("text-anchor") == "middle"]
    assert [heading.text for heading in headings] == ["Likelihood", "Prior", "Hyperprior"]
    assert len(lines) > len(headings)
    assert all(float(line.attrib["textLength"]) > 0 for line in lines if line not in headings)


def test_pictures_made_by_chance_can_be_written() -> None:
    for seed in range(10):
        made = Picture(scene(seed))
        ET.fromstring(made.svg())
        assert made.text().count("╭") == len(made.scene.layers)
        arrows = len(made.scene.arrows) + sum(n.repeats for n in made.scene.nodes.values())
        assert made.dot().count(" -> ") == arrows
        assert made.mermaid().count(" --> ") == arrows


@pytest.mark.parametrize("form", FORMS)
def test_save_writes_the_form_that_the_name_tells(form: str, tmp_path: Path) -> None:
    begins = {
        "svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF", "dot": b"digraph", "gv": b"digraph",
        "mmd": b"flowchart", "txt": "╭─ Hyperprior".encode(),
    }  # fmt: skip
    place = tmp_path / f"model.{form.upper()}"
    picture("class_by_class").save(place)
    assert place.read_bytes().startswith(begins[form])


def test_the_same_picture_has_the_same_bytes() -> None:
    assert picture("one_bag").png() == picture("one_bag").png()
    assert picture("one_bag").svg() == picture("one_bag").svg()


def test_save_refuses_what_it_cannot_write(tmp_path: Path) -> None:
    with pytest.raises(HdslError) as unknown:
        picture("one_bag").save(tmp_path / "model.doc")
    assert [d.code for d in unknown.value.diagnostics] == ["HB560"]
    with pytest.raises(HdslError) as no_folder:
        picture("one_bag").save(str(tmp_path / "none" / "model.svg"))
    assert [d.code for d in no_folder.value.diagnostics] == ["HB575"]


def test_notebooks_show_it() -> None:
    made = picture("one_bag")
    assert made._repr_svg_() == made.svg()
    assert repr(made) == made.text()


def test_a_model_of_predictions_alone_has_a_picture() -> None:
    empty = scene_of(hdsl.compile("data n = 3").graph)
    assert ET.fromstring(Picture(empty).svg()) is not None
    assert Picture(empty).text() == ""
    alone = hdsl.compile("mu ~ Normal(0, 1); y = 2 * mu").picture()
    assert {node.layer for node in alone.scene.nodes.values()} == {1}


def test_a_large_picture_has_fewer_dots_and_other_scripts_no_warning() -> None:
    from PIL import Image

    lines = ["שלום ~ Normal(0, 1)  # 群 😀", "x0 ~ Normal(שלום, 1)"]
    lines += [f"x{k} ~ Normal(x{k - 1}, 1)  # {'number ' * 20}" for k in range(1, 80)]
    made = hdsl.compile("\n".join(lines)).picture()
    with Image.open(io.BytesIO(made.png())) as drawn:
        width, height = drawn.size
    assert width * height <= 51_000_000
    assert max(width, height) <= 30_100


def test_a_narrow_terminal_has_a_picture_too() -> None:
    made = hdsl.compile("# Title\n\nx[a, b, c] ~ Normal(0, 1)\nindex a = 1..2\nindex b = 1..2\n"
                        "index c = 1..2\ny[a] = sum(x[a, b, c] for b, c)").picture()  # fmt: skip
    assert made.text(1) == made.text(40)
    assert max(map(len, made.text(1).split("\n"))) == 40


def test_boxes_close_around_wide_letters() -> None:
    made = hdsl.compile("index 都市 = {a, b}\nμ_群[都市] ~ Normal(0, 1)\nz = μ_群[a]").picture()
    lines = made.text(50).split("\n")
    assert {columns(line) for line in lines[:-1]} == {50}
