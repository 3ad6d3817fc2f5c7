"""Generated names."""

from __future__ import annotations

from srcdiff.names import Names


def test_values_are_numbered():
    names = Names(["r", "r_exp_2"])
    assert [names.fresh("r_exp") for _ in range(3)] == ["r_exp", "r_exp_3", "r_exp_4"]
    assert names.fresh("r") == "r_2"


def test_words_take_underscores():
    names = Names(["output", "x_bar"])
    assert names.word("output") == "output_"
    assert names.word("output") == "output__"
    assert names.word("x_bar") == "x_bar_"
    assert names.word("lambda") == "lambda_"


def test_keywords_and_reserved_names_are_avoided():
    names = Names()
    names.reserve("k", "k_2")
    assert names.fresh("k") == "k_3"
    assert names.fresh("in") == "in_2"
    names.reserve("k_4")
    assert names.fresh("k") == "k_5"


def test_many_names_are_fast():
    names = Names()
    assert [names.fresh("t") for _ in range(20_000)][-1] == "t_20000"
