"""Random statements: what a block of a generated program is made of."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.fuzz.expressions import Expressions
from tests.fuzz.scope import Function, Scope, Shape

__all__ = ["Block"]

SHAPES: tuple[Shape, ...] = ((), (), (3,), (3,), (4,), (3, 3), (2, 3))


class Block:
    """Writes the statements of one function."""

    def __init__(self, rng: Random, result: Shape | None, may_alias: bool = True) -> None:
        self.rng = rng
        self.result = result
        self.may_alias = may_alias
        self.expressions = Expressions(rng)
        self.lines: list[str] = []
        self.depth = 1
        self.loops = 0
        self.inner = False
        makers: list[tuple[int, Callable[[Scope], bool]]] = [
            (8, self._assign), (5, self._rebind), (3, self._alias), (5, self._view), (9, self._write),
            (7, self._augmented), (4, self._branch), (5, self._for_range), (2, self._while), (3, self._for_items),
            (4, self._call), (2, self._list), (3, self._list_change), (1, self._tuple), (2, self._dictionary),
            (2, self._exit), (2, self._numpy_writer), (1, self._swap), (2, self._inner_function), (1, self._reshape),
        ]  # fmt: skip
        self._weights = [weight for weight, _ in makers]
        self._makers = [maker for _, maker in makers]

    # --- plumbing -----------------------------------------------------------------------------------------------------

    def line(self, text: str) -> None:
        """One line at the present depth."""
        self.lines.append("    " * self.depth + text)

    def statements(self, scope: Scope, count: int) -> None:
        """About `count` statements."""
        for _ in range(count):
            for _ in range(8):
                if self.rng.choices(self._makers, self._weights)[0](scope):
                    break

    def _body(self, scope: Scope, count: int, loop: bool = False) -> None:
        self.depth += 1
        self.loops += loop
        before = len(self.lines)
        self.statements(scope, count)
        if len(self.lines) == before:
            self.line("pass")
        self.loops -= loop
        self.depth -= 1

    def final_return(self, scope: Scope) -> None:
        """The last `return`, over as many names as it can."""
        self.line(f"return {self._result(scope)}")

    def _result(self, scope: Scope) -> str:
        shape = self.result if self.result is not None else ()
        names = [name for name in scope.arrays if scope.arrays[name] == shape]
        if names and shape and self.rng.random() < 0.5:
            return self.rng.choice(names)
        others = self.rng.sample(list(scope.arrays), min(3, len(scope.arrays)))
        sums = [f"np.sum({name} * {self.expressions.constant()})" if scope.arrays[name] else name for name in others]
        return " + ".join([self.expressions.of(scope, shape, 1), *sums])

    def _value(self, scope: Scope, shape: Shape, depth: int = 2) -> str:
        return self.expressions.of(scope, shape, depth)

    # --- names --------------------------------------------------------------------------------------------------------

    def _assign(self, scope: Scope) -> bool:
        shape = self.rng.choice(SHAPES)
        value = self._value(scope, shape)
        if shape and (value in scope.arrays or not self.may_alias):
            value = f"{value} * 1.0"
        name = scope.fresh(self.rng)
        scope.arrays[name] = shape
        self.line(f"{name} = {value}")
        return True

    def _rebind(self, scope: Scope) -> bool:
        names = [name for name in scope.arrays if name not in scope.read_only]
        if not names:
            return False
        name = self.rng.choice(names)
        value = self._value(scope, scope.arrays[name])
        self.line(f"{name} = {value}" if not scope.arrays[name] else f"{name} = {value} * 1.0")
        return True

    def _alias(self, scope: Scope) -> bool:
        names = scope.writable()
        if not names or not self.may_alias:
            return False
        name = self.rng.choice(names)
        alias = scope.fresh(self.rng)
        scope.arrays[alias] = scope.arrays[name]
        self.line(f"{alias} = {name}")
        return True

    def _view(self, scope: Scope) -> bool:
        names = scope.writable()
        if not names or not self.may_alias:
            return False
        name = self.rng.choice(names)
        shape = scope.arrays[name]
        n = shape[0]
        options: list[tuple[str, Shape]] = [("[::-1]", shape), ("[:]", shape)]
        if n > 2:
            options += [
                ("[1:]", (n - 1, *shape[1:])),
                ("[:-1]", (n - 1, *shape[1:])),
                ("[::2]", ((n + 1) // 2, *shape[1:])),
            ]
        if len(shape) == 2:
            row = self.expressions.index(scope, n)
            column = self.expressions.index(scope, shape[1])
            options += [(".T", shape[::-1]), (f"[{row}]", shape[1:]), (f"[:, {column}]", (n,))]
        suffix, result = self.rng.choice(options)
        view = scope.fresh(self.rng)
        scope.arrays[view] = result
        self.line(f"{view} = {name}{suffix}")
        return True

    def _reshape(self, scope: Scope) -> bool:
        names = scope.writable(2)
        if not names or not self.may_alias:
            return False
        name = self.rng.choice(names)
        rows, columns = scope.arrays[name]
        view = scope.fresh(self.rng)
        scope.arrays[view] = (rows * columns,)
        self.line(
            f"{view} = {name}.{self.rng.choice(['reshape(-1)', 'ravel()', f'reshape({rows * columns})', 'flatten()'])}"
        )
        return True

    def _swap(self, scope: Scope) -> bool:
        names = [n for n in scope.arrays if n not in scope.read_only and (self.may_alias or not scope.arrays[n])]
        pairs = [(a, b) for a in names for b in names if a < b and scope.arrays[a] == scope.arrays[b]]
        if not pairs:
            return False
        a, b = self.rng.choice(pairs)
        factor = self.rng.choice(["", f" * {self.expressions.constant()}"])
        self.line(f"{a}, {b} = {b}{factor}, {a}")
        return True

    # --- writes -------------------------------------------------------------------------------------------------------

    def write_into(self, scope: Scope, name: str) -> None:
        """One write into the array `name`."""
        target, shape = self._target(scope, name)
        operator = self.rng.choice(["=", "=", "+=", "*=", "-="])
        self.line(f"{target} {operator} {self._value(scope, self._narrower(shape))}")

    def _narrower(self, shape: Shape) -> Shape:
        return self.rng.choice([shape, shape, ()]) if shape else ()

    def _target(self, scope: Scope, name: str) -> tuple[str, Shape]:
        shape = scope.arrays[name]
        n, rest = shape[0], shape[1:]
        index = self.expressions.index(scope, n)
        options: list[tuple[str, Shape]] = [(f"[{index}]", rest), ("[:]", shape)]
        if rest:
            column = self.expressions.index(scope, rest[0])
            options += [(f"[{index}, {column}]", ()), (f"[:, {column}]", (n,)), ("[1:, :-1]", (n - 1, rest[0] - 1))]
        else:
            options += [(f"[{index}]", ()), (f"[{index}]", ())]
        if n > 2:
            options += [("[1:]", (n - 1, *rest)), ("[:-1]", (n - 1, *rest)), ("[::2]", ((n + 1) // 2, *rest))]
            options += [("[[0, 2]]", (2, *rest)), ("[[1, 0, 1]]", (3, *rest)), ("[n > 0]".replace("n", name), ())]
        suffix, part = self.rng.choice(options)
        return name + suffix, part

    def _write(self, scope: Scope) -> bool:
        names = scope.writable()
        if not names:
            return False
        name = self.rng.choice(names)
        n = scope.arrays[name][0]
        if n > 2 and self.rng.random() < 0.12:
            self.line(f"{name}[1:] {self.rng.choice(['=', '+=', '*='])} {name}[:-1]")
        elif self.rng.random() < 0.06:
            self.line(f"{name}[:] = {name}[::-1]")
        else:
            self.write_into(scope, name)
        return True

    def _augmented(self, scope: Scope) -> bool:
        names = [name for name in scope.arrays if name not in scope.read_only]
        if not names:
            return False
        name = self.rng.choice(names)
        shape = scope.arrays[name]
        operator = self.rng.choice(["+=", "-=", "*=", "/=", "**="])
        value = self._value(scope, self._narrower(shape))
        value = {"/=": f"1.5 + ({value}) ** 2", "**=": "2"}.get(operator, value)
        self.line(f"{name} {operator} {value}")
        return True

    def _numpy_writer(self, scope: Scope) -> bool:
        names = scope.writable(1)
        if not names:
            return False
        name = self.rng.choice(names)
        shape = scope.arrays[name]
        value, number = self._value(scope, shape, 1), self._value(scope, (), 1)
        self.line(
            self.rng.choice(
                [
                    f"np.add.at({name}, [0, 1, 0], {self._value(scope, (3,), 1)})",
                    f"np.copyto({name}, {value})",
                    f"{name}.fill({number})",
                    f"np.multiply({name}, {value}, out={name})",
                    f"np.add({name}[1:], {number}, out={name}[1:])",
                ]
            )
            if shape[0] > 1
            else f"{name}.fill({number})"
        )
        return True

    # --- control flow -------------------------------------------------------------------------------------------------

    def _branch(self, scope: Scope) -> bool:
        if self.depth > 3:
            return False
        self.line(f"if {self.expressions.condition(scope)}:")
        self._body(scope.nested(), self.rng.randint(1, 3))
        while self.rng.random() < 0.2:
            self.line(f"elif {self.expressions.condition(scope)}:")
            self._body(scope.nested(), self.rng.randint(1, 2))
        if self.rng.random() < 0.5:
            self.line("else:")
            self._body(scope.nested(), self.rng.randint(1, 2))
        return True

    def _for_range(self, scope: Scope) -> bool:
        if self.depth > 3 or self.loops > 1:
            return False
        variable = scope.fresh(self.rng, clash=0.05)
        inner = scope.nested()
        trips = self.rng.choice([0, 1, 2, 3, 3, 3])
        header, bound = self.rng.choice(
            [(f"range({trips})", trips), (f"range({trips})", trips), ("range(2, -1, -1)", 3), ("range(1, 3)", 3)]
        )
        if scope.integers and self.rng.random() < 0.3:
            outer = self.rng.choice(list(scope.integers))
            header, bound = self.rng.choice([(f"range({outer})", scope.integers[outer]), (f"range({outer}, 3)", 3)])
        inner.integers[variable] = max(bound, 1)
        self.line(f"for {variable} in {header}:")
        self._body(inner, self.rng.randint(1, 4), loop=True)
        return True

    def _while(self, scope: Scope) -> bool:
        if self.depth > 3 or self.loops > 1:
            return False
        counter = scope.fresh(self.rng, clash=0.05)
        self.line(f"{counter} = 0")
        test = self.rng.choice([f"{counter} < 3", f"{counter} < 3 and {self.expressions.condition(scope)}", "True"])
        self.line(f"while {test}:")
        self.depth += 1
        self.line(f"{counter} += 1")
        if test == "True":
            self.line(f"if {counter} > 3:")
            self.line("    break")
        self.depth -= 1
        inner = scope.nested()
        inner.integers[counter] = 4
        self._body(inner, self.rng.randint(1, 3), loop=True)
        return True

    def _for_items(self, scope: Scope) -> bool:
        names = [name for name, shape in scope.arrays.items() if shape]
        if not names or self.depth > 3 or self.loops > 1:
            return False
        name = self.rng.choice(names)
        shape = scope.arrays[name]
        inner = scope.nested()
        item = scope.fresh(self.rng)
        inner.arrays[item] = shape[1:]
        if name in scope.read_only or not self.may_alias:
            inner.read_only = {*scope.read_only, item}
        if self.rng.random() < 0.4:
            counter = scope.fresh(self.rng, clash=0.05)
            inner.integers[counter] = shape[0]
            self.line(f"for {counter}, {item} in enumerate({name}):")
        else:
            self.line(f"for {item} in {name}:")
        self._body(inner, self.rng.randint(1, 3), loop=True)
        return True

    def _exit(self, scope: Scope) -> bool:
        kinds = ["return"] if self.result is not None and not self.inner else []
        kinds += ["break", "continue"] * 2 if self.loops else []
        if not kinds:
            return False
        kind = self.rng.choice(kinds)
        self.line(f"if {self.expressions.condition(scope)}:")
        self.line(f"    return {self._result(scope)}" if kind == "return" else f"    {kind}")
        return True

    # --- functions and containers -------------------------------------------------------------------------------------

    def _call(self, scope: Scope) -> bool:
        if not scope.functions:
            return False
        function = self.rng.choice(scope.functions)
        arguments = []
        for position, shape in enumerate(function.parameters):
            names = [name for name in scope.of_shape(shape) if name not in scope.read_only]
            if position in function.writes and not names:
                return False
            named = names and (position in function.writes or self.rng.random() < 0.5)
            arguments.append(self.rng.choice(names) if named else self._value(scope, shape, 1))
        call = f"{function.name}({', '.join(arguments)})"
        if function.result is None or (function.writes and self.rng.random() < 0.4):
            self.line(call)
        else:
            name = scope.fresh(self.rng)
            scope.arrays[name] = function.result
            self.line(f"{name} = {call}" + ("" if self.may_alias or not function.result else " * 1.0"))
        return True

    def _inner_function(self, scope: Scope) -> bool:
        numbers = [name for name in scope.of_shape(()) if name not in scope.read_only]
        if self.depth > 2 or not numbers or not self.may_alias:
            return False
        name, captured = scope.fresh(self.rng), self.rng.choice(numbers)
        arrays = scope.writable(1)
        self.line(f"def {name}(t):")
        self.depth += 1
        if self.rng.random() < 0.4:
            self.line(f"nonlocal {captured}")
            self.line(f"{captured} = {captured} * {self.expressions.constant()} + 0.1 * t")
        elif arrays:
            array = self.rng.choice(arrays)
            self.line(f"{array}[{self.rng.randrange(scope.arrays[array][0])}] += t * {captured}")
        self.line(f"return t * {captured} + {self.expressions.leaf(scope, ())}")
        self.depth -= 1
        scope.functions.append(Function(name, ((),), ()))
        return True

    def _list(self, scope: Scope) -> bool:
        if not self.may_alias:
            return False
        shape = self.rng.choice([(), (3,)])
        length = self.rng.randint(2, 3)
        items = [self._value(scope, shape, 1) for _ in range(length)]
        name = scope.fresh(self.rng)
        scope.lists[name] = (shape, length)
        self.line(f"{name} = [{', '.join(items)}]")
        return True

    def _list_change(self, scope: Scope) -> bool:
        if not scope.lists:
            return False
        name = self.rng.choice(list(scope.lists))
        shape, length = scope.lists[name]
        slot = f"{name}[{self.rng.randrange(-length, length)}]"
        value = self._value(scope, shape, 1)
        if self.rng.random() < 0.3:
            item = scope.fresh(self.rng)
            scope.arrays[item] = shape
            self.line(f"{item} = {slot}")
        elif shape and self.rng.random() < 0.3:
            self.line(f"{slot}[{self.rng.randrange(shape[0])}] = {self._value(scope, (), 1)}")
        else:
            self.line(
                self.rng.choice(
                    [f"{name}.append({value})", f"{slot} = {value}", f"{slot} += {value}", f"{slot} *= {value}"]
                )
            )
        return True

    def _tuple(self, scope: Scope) -> bool:
        if not self.may_alias:
            return False
        shapes = [self.rng.choice(SHAPES) for _ in range(2)]
        values = [self._value(scope, shape, 1) for shape in shapes]
        pack, first, second = (scope.fresh(self.rng) for _ in range(3))
        self.line(f"{pack} = ({values[0]}, {values[1]})")
        self.line(f"{first}, {second} = {pack}")
        scope.arrays[first], scope.arrays[second] = shapes
        return True

    def _dictionary(self, scope: Scope) -> bool:
        if scope.dictionaries and self.rng.random() < 0.7:
            name = self.rng.choice(list(scope.dictionaries))
            key, shape = self.rng.choice(list(scope.dictionaries[name].items()))
            operator = self.rng.choice(["=", "+=", "*="])
            self.line(f'{name}["{key}"] {operator} {self._value(scope, shape, 1)}')
            return True
        if not self.may_alias:
            return False
        items: dict[str, Shape] = {"a": (), "x_bar": (3,)}
        values = ", ".join(f'"{key}": {self._value(scope, shape, 1)}' for key, shape in items.items())
        name = scope.fresh(self.rng)
        scope.dictionaries[name] = items
        self.line(f"{name} = {{{values}}}")
        return True
