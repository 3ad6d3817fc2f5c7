"""Every registered rule with a derivative has a case, so that none can be added untested."""

from __future__ import annotations

import importlib
import importlib.util
import pathlib
from dataclasses import replace

from srcdiff.rules.registry import Rule, all_rules
from tests.rules.harness import Case, bind, load_rules

HERE = pathlib.Path(__file__).parent


def cases() -> list[Case]:
    """The cases of all families."""
    scipy = importlib.util.find_spec("scipy") is not None
    names = sorted(path.stem for path in HERE.glob("test_*.py") if path.stem != "test_registry")
    found = [importlib.import_module(f"tests.rules.{name}") for name in names if scipy or "scipy" not in name]
    return [case for module in found for case in getattr(module, "CASES", [])]


def variants(rule: Rule) -> dict[str, Rule]:
    """The rule and those beside it that carry a derivative, by a readable name."""
    beside = {"": rule, " (complex)": rule.complex, " (otherwise)": rule.otherwise}
    return {
        rule.name + word: variant
        for word, variant in beside.items()
        if variant is not None and variant.kind != "constant" and variant.active
    }


def rules() -> list[Rule]:
    """Every registered rule."""
    load_rules()
    return list(all_rules())


def test_every_rule_has_a_case() -> None:
    tested = {id(case.function) for case in cases()}
    untested = sorted(rule.name for rule in rules() if variants(rule) and id(rule.function) not in tested)
    assert not untested, f"without a case in tests/rules: {untested}"


def test_every_variant_of_a_rule_has_a_case() -> None:
    beside = {id(rule.function): rule for rule in rules() if rule.complex is not None or rule.otherwise is not None}
    tested = [bind(case).rule for case in cases() if id(case.function) in beside]
    known = {replace(rule, function=None, result="fresh", complex=None, otherwise=None) for rule in tested}
    untested = [
        name
        for rule in beside.values()
        for name, variant in variants(rule).items()
        if replace(variant, function=None, result="fresh", complex=None, otherwise=None) not in known
    ]
    assert not untested, f"without a case in tests/rules: {untested}"


def test_every_rule_serves_both_modes() -> None:
    general = {name: v for rule in rules() for name, v in variants(rule).items() if v.kind == "general"}
    assert not [name for name, rule in general.items() if not rule.adjoints], "no reverse-mode template"
    assert not [name for name, rule in general.items() if rule.tangent is None], "no forward-mode template"
