"""Hypothesis strategies for whole models: random graphs of layers, gathers, plates and links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from .laws import Case

SIZES = {"r": 1, "s": 3, "t": 2, "u": 5, "v": 4}
"""Index sets of different sizes, one of them with one element."""

Draw = Callable[[st.SearchStrategy[Any]], Any]


@dataclass
class _Writer:
    """Writes a model statement by statement."""

    draw: Draw
    lines: list[str] = field(default_factory=list[str])
    data: dict[str, Any] = field(default_factory=dict[str, Any])
    declared: list[str] = field(default_factory=list[str])
    axes: dict[str, str] = field(default_factory=dict[str, str])
    number: int = 0

    def name(self, stem: str) -> str:
        self.number += 1
        return f"{stem}{self.number}"

    def one_of(self, *choices: str) -> str:
        return self.draw(st.sampled_from(choices))

    def size(self, axis: str) -> int:
        return SIZES[axis] if axis else 1

    def given(self, axis: str, values: st.SearchStrategy[Any], kind: str = "") -> str:
        """Data over an axis, with values of their own."""
        name = self.name("d")
        length = self.size(axis)
        found = self.draw(st.lists(values, min_size=length, max_size=length))
        self.data[name] = found if axis else found[0]
        self.declared.append(f"{name}[{axis}]{kind}" if axis else f"{name}{kind}")
        return f"{name}[{axis}]" if axis else name

    def reals(self, axis: str) -> str:
        return self.given(axis, st.sampled_from([-1.5, -0.3, 0.0, 0.2, 1.0, 2.5]))

    def element(self, name: str, axis: str) -> str:
        """A reference to a quantity from a statement over an axis: the same plate, or a gather."""
        own = self.axes[name]
        if not own:
            return name
        if own == axis and self.draw(st.integers(0, 3)):
            return f"{name}[{axis}]"
        labels = st.integers(1, SIZES[own])
        if self.draw(st.integers(0, 4)) == 0:
            return f"{name}[{self.draw(labels)}]"
        return f"{name}[{self.given(axis, labels, f' : {own}')}]"

    def defined(self, expression: str, axis: str) -> str:
        """Sometimes by way of a deterministic quantity."""
        if self.draw(st.integers(0, 2)):
            return expression
        name = self.name("m")
        self.lines.append(f"{name}[{axis}] = {expression}" if axis else f"{name} = {expression}")
        self.axes[name] = axis
        return self.element(name, axis)

    def mean(self, parents: list[str], axis: str) -> str:
        """Mostly linear in its parents."""
        parts = [self.one_of("0", "1.5", self.reals(axis))]
        some = (
            st.lists(st.sampled_from(parents), min_size=1, max_size=2) if parents else st.just([])
        )
        chosen = self.draw(some)
        for parent in chosen:
            reference = self.element(parent, axis)
            form = self.one_of("{p}", "{p}", "{x} * {p}", "-{p} / 2", "exp({p} / 9)")
            parts.append(form.format(p=reference, x=self.reals(axis)))
        return self.defined(" + ".join(parts), axis)

    def scale(self) -> str:
        if self.draw(st.booleans()):
            return self.one_of("0.7", "2")
        name = self.name("s")
        self.lines.append(f"{name} ~ HalfNormal(2)")
        return name

    def unknown(self, stem: str, axis: str, distribution: str) -> str:
        name = self.name(stem)
        left = f"{name}[{axis}]" if axis else name
        self.lines.append(f"{left} ~ {distribution}")
        self.axes[name] = axis
        return name

    def axis(self) -> str:
        return self.one_of("", *SIZES)

    def case(self) -> Case:
        sets = [f"index {name} = 1..{size}" for name, size in SIZES.items()]
        declared = [f"data {', '.join(self.declared)}"] if self.declared else []
        lines = self.draw(st.permutations([*sets, *declared, *self.lines]))
        return Case("\n".join(lines) + "\n", self.data)


@st.composite
def normal_layers(draw: Draw) -> Case:
    """Layers of Normal unknowns over plates, and observations of them."""
    w = _Writer(draw)
    unknowns: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        axis = w.axis()
        unknowns.append(w.unknown("n", axis, f"Normal({w.mean(unknowns, axis)}, {w.scale()})"))
    for _ in range(draw(st.integers(1, 3))):
        axis = w.axis()
        value = w.reals(axis)
        w.lines.append(f"{value} ~ Normal({w.mean(unknowns[-2:], axis)}, {w.scale()})")
    return w.case()


@st.composite
def conjugate_layers(draw: Draw) -> Case:
    """Beta or Gamma unknowns over plates, and observations of them."""
    w = _Writer(draw)
    beta = draw(st.booleans())
    hyper = [w.unknown("h", w.one_of("", "t"), "Gamma(2, 0.5)") for _ in range(2)]
    axis = w.axis()
    parameters = [w.one_of("2.5", w.element(name, axis)) for name in hyper]
    if beta and draw(st.booleans()):
        middle = w.unknown("c", "", "Uniform(0, 1)")
        inside = f"mean = {middle}, concentration = {parameters[1]}"
    else:
        inside = ", ".join(parameters)
    parent = w.unknown("p", axis, f"{'Beta' if beta else 'Gamma'}({inside})")
    for _ in range(draw(st.integers(1, 3))):
        rows = w.axis()
        reference = w.defined(w.element(parent, rows), rows)
        value = w.given(rows, st.integers(0, 1) if beta else st.integers(1, 7))
        if beta:
            child = w.one_of("Binomial({n}, {p})", "Bernoulli({p})", "Geometric({p})",
                             "Binomial({n}, {p} / 2)")  # fmt: skip
        else:
            child = w.one_of("Poisson({p})", "Exponential({p})", "Poisson(2 * {p})")
        count = w.given(rows, st.integers(1, 9))
        w.lines.append(f"{value} ~ {child.format(n=count, p=reference)}")
    return w.case()
