"""Error messages, spelled out in full."""

import os
import pickle

import pytest

from srcdiff.errors import Place, SeedError, SourceError, SrcdiffError, UnsupportedError, short_path


def test_message_names_place_construct_and_way_out():
    error = UnsupportedError(
        "`yield` in a differentiated function",
        "A derivative needs one returned value: collect the values in a list and return it,\n"
        "or register a rule for `levels` with @srcdiff.adjoint(levels).",
        Place("tanks.py", 14, 13, "            yield x[i]\n", 10),
    )
    assert str(error) == (
        "tanks.py:14:13: `yield` in a differentiated function\n"
        "  14 |             yield x[i]\n"
        "     |             ^^^^^^^^^^\n"
        "A derivative needs one returned value: collect the values in a list and return it,\n"
        "or register a rule for `levels` with @srcdiff.adjoint(levels)."
    )


def test_message_without_place_is_construct_and_way_out():
    assert str(UnsupportedError("np.foo with `out=`", "Leave `out` away.")) == "np.foo with `out=`\nLeave `out` away."
    assert str(UnsupportedError("np.foo with `out=`")) == "np.foo with `out=`"


def test_message_without_text_has_no_excerpt():
    assert str(UnsupportedError("`await`", "Call it.", Place("<stdin>", 3, 5))) == "<stdin>:3:5: `await`\nCall it."


def test_carets_end_with_the_line():
    assert Place("f.py", 7, 5, "x = f(a,\n", 40).excerpt() == "  7 | x = f(a,\n    |     ^^^^"


def test_carets_point_at_least_at_one_column():
    assert Place("f.py", 7, 5, "x = f\n", 0).excerpt() == "  7 | x = f\n    |     ^"
    assert Place("f.py", 7, 9, "x = f\n", 1).excerpt() == "  7 | x = f\n    |      ^"


def test_carets_keep_tabs_and_widen_for_wide_characters():
    assert Place("f.py", 2, 2, "\tyield", 5).excerpt() == "  2 | \tyield\n    | \t^^^^^"
    assert Place("f.py", 2, 6, "變 = (yield)", 5).excerpt() == "  2 | 變 = (yield)\n    |       ^^^^^"
    assert Place("f.py", 2, 1, "變 = 1", 1).excerpt() == "  2 | 變 = 1\n    | ^^"


def test_path_is_relative_beneath_the_working_directory(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    beneath = str(tmp_path / "here" / "models" / "tanks.py")
    beside = str(tmp_path / "there" / "tanks.py")
    assert str(Place(beneath, 1, 2)) == os.path.join("models", "tanks.py") + ":1:2"
    assert str(Place(beside, 1, 2)) == f"{beside}:1:2"
    assert short_path("<stdin>") == "<stdin>"
    assert short_path(str(tmp_path / "here" / "..tanks.py")) == "..tanks.py"


def test_a_place_is_filled_in_once():
    inner, outer = Place("f.py", 2, 3), Place("g.py", 4, 5)
    error = UnsupportedError("what", "way out").at(inner)
    assert (error.what, error.way_out, error.place) == ("what", "way out", inner)
    assert error.at(outer).place == inner


def test_errors_survive_pickling():
    error = UnsupportedError("what", "way out", Place("f.py", 2, 3, "x = 1", 1))
    again = pickle.loads(pickle.dumps(error))
    assert (again.what, again.way_out, again.place) == (error.what, error.way_out, error.place)
    assert str(again) == str(error)


@pytest.mark.parametrize("kind", [UnsupportedError, SeedError, SourceError])
def test_every_error_is_a_srcdiff_error(kind):
    assert issubclass(kind, SrcdiffError)


def test_a_seed_error_is_a_type_error():
    assert issubclass(SeedError, TypeError)
