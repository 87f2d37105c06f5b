"""Simulated data for people: the first rows of each table, and how many more there are."""

from __future__ import annotations

import numpy as np

from hdsl.results.simulation import Simulation

COORDS = {"home": tuple(range(1, 10)), "day": ("Mon", "Tue"), "time": ("am", "pm")}
MADE = Simulation(
    data={
        "y": (("home",), np.arange(18.0).reshape(2, 9) / 4),
        "k": (("home",), np.arange(18).reshape(2, 9)),
        "z": (("day", "time"), np.array([[[1, 20], [300, 4]]] * 2)),
    },
    parameters={"sigma": ((), np.array([1.23456, 2.0]))},
    coords=COORDS,
)


def test_tables() -> None:
    assert (
        MADE.text()
        == """\
data
  home (9)     y  k
  1            0  0
  2         0.25  1
  3          0.5  2
  4         0.75  3
  5            1  4
  6         1.25  5
  … and 3 more

  z[day, time] (2 x 2)   am  pm
  Mon                     1  20
  Tue                   300   4

parameters
  sigma  1.235"""
    )


def test_columns_that_do_not_fit_are_left_out() -> None:
    assert MADE.text(20).splitlines()[1:3] == ["  home (9)     y  …", "  1            0"]


def test_a_model_without_anything_to_draw() -> None:
    assert Simulation({}, {}, {}).text() == ""
