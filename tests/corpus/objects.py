"""Classes: methods, properties, `__call__`, dataclasses, named tuples, class and static methods, inheritance."""

from collections import namedtuple
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from tests.corpus.registry import numbers, program


class Layer:
    scale = 2.0

    def __init__(self, w, b):
        self.w = w
        self.b = b

    def __call__(self, x):
        return np.tanh(self.w @ x + self.b) * self.scale

    @property
    def norm(self):
        return np.sum(self.w * self.w)

    @classmethod
    def square(cls, n, value):
        return cls(np.full((n, n), value), np.zeros(n))

    @staticmethod
    def penalty(w, c):
        return c * np.sum(w**4)


class Scaled(Layer):
    def __init__(self, w, b, gain):
        super().__init__(w, b)
        self.gain = gain

    def __call__(self, x):
        return self.gain * super().__call__(x)


class Particle:
    def __init__(self, x, v):
        self.x = x
        self.v = v
        self.steps = 0

    def step(self, dt):
        self.v = self.v - dt * self.x
        self.x = self.x + dt * self.v
        self.steps += 1

    def energy(self):
        return 0.5 * self.v**2 + 0.5 * self.x**2


class Grid:
    def __init__(self, u):
        self.u = u

    def relax(self):
        self.u[1:-1] = 0.5 * (self.u[2:] + self.u[:-2]) * self.u[1:-1]
        return self

    def __getitem__(self, k):
        return self.u[k]

    def __len__(self):
        return len(self.u)


class Dual:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __add__(self, other):
        return Dual(self.a + other.a, self.b + other.b)

    def __mul__(self, other):
        return Dual(self.a * other.a, self.a * other.b + self.b * other.a)


@dataclass
class Parameters:
    w: np.ndarray
    b: float
    name: str = "p"
    steps: int = 3


@dataclass(frozen=True)
class Frozen:
    a: float
    b: float = 2.0

    def area(self):
        return self.a * self.b


@dataclass
class Log:
    entries: list = field(default_factory=list)

    def add(self, value):
        self.entries.append(value)
        return self


State = namedtuple("State", ["x", "v"])


class Pair(NamedTuple):
    left: float
    right: float

    def product(self):
        return self.left * self.right


@program(args=(numbers(2, 3), numbers(2), numbers(3)))
def callable_object(w, b, x):
    layer = Layer(w, b)
    return np.sum(layer(x)) + layer.norm * Layer.penalty(w, 0.1)


@program(args=(numbers(2, 2), numbers(2), 0.7, numbers(2, seed=1)))
def inheritance_and_super(w, b, gain, x):
    layer = Scaled(w, b, gain)
    return np.sum(layer(layer(x)))


@program(args=(0.7, numbers(2)))
def class_method(value, x):
    layer = Layer.square(2, value)
    return np.sum(layer(x) * x)


@program(args=(0.8, 0.3, 0.1))
def state_in_attributes(x, v, dt):
    p = Particle(x, v)
    for _ in range(4):
        p.step(dt)
    return p.energy() * p.steps


@program(args=(0.8, 0.3, 0.1))
def two_objects_one_alias(x, v, dt):
    p, q = Particle(x, v), Particle(v, x)
    r = p
    for _ in range(2):
        r.step(dt)
        q.step(r.x)
        p.x = p.x * q.v
    return p.energy() + r.x * q.energy()


@program(args=(numbers(5),))
def array_attribute_written(u):
    grid = Grid(u * 1.0)
    grid.relax().relax()
    return np.sum(grid.u * u) + grid[1] * len(grid)


@program(args=(numbers(5),))
def attribute_aliases_the_argument(u):
    grid = Grid(u)
    grid.relax()
    return np.sum(u * u)


@program(args=(0.8, 0.7))
def operators_overloaded(x, y):
    a, b = Dual(x, y), Dual(y, 1.0)
    c = a * b + a
    return c.a * c.b


@program(args=(Parameters(numbers(3), 0.7),))
def dataclass_argument(p):
    y = p.w * p.b
    for _ in range(p.steps):
        y = y + np.sin(p.w)
    return np.sum(y * p.b)


@program(args=(Parameters(numbers(3), 0.7),))
def dataclass_argument_written(p):
    p.w[0] = p.b * p.w[1]
    p.b = p.b * p.b
    return np.sum(p.w) * p.b


@program(args=(0.8, 0.7))
def frozen_dataclass_replaced(x, y):
    f = Frozen(x, y)
    g = replace(f, a=f.a * f.b)
    return f.area() * g.area() + Frozen(x).area()


@program(args=(numbers(3),))
def dataclass_with_list(x):
    log = Log()
    for item in x:
        log.add(item * item)
    log.add(sum(log.entries))
    return log.entries[-1] * log.entries[0]


@program(args=(State(0.8, 0.3), 0.1))
def named_tuple_argument(s, dt):
    for _ in range(3):
        s = State(s.x + dt * s.v, s.v - dt * s.x)
    s = s._replace(x=s.x * s.v)
    return s.x + s.v


@program(args=(Pair(0.8, 0.7),))
def named_tuple_with_method(p):
    left, right = p
    return p.product() * left + p[1] * p.right


@program(args=(0.8, 0.3), gradient=State(1.0, -2.0))
def named_tuple_result(x, v):
    return State(x * v, x + v * v)


@program(args=(0.8, 0.7))
def simple_namespace(x, y):
    n = SimpleNamespace(a=x, b=y)
    n.c = n.a * n.b
    n.a = n.c * n.c
    return n.a + n.b * n.c


@program(args=(0.8,))
def setattr_and_getattr(x):
    p = Particle(x, 1.0)
    setattr(p, "x", p.x * p.x)
    for name in ("x", "v"):
        p.v = p.v + getattr(p, name) * x
    return p.v


@program(args=(0.8, 0.7))
def bound_methods_as_values(x, y):
    p = Particle(x, y)
    step = p.step
    step(0.1)
    actions = [p.step, p.step]
    for action in actions:
        action(y)
    return p.energy()


@program(args=(numbers(3),))
def objects_in_a_list(x):
    particles = [Particle(v, 1.0) for v in x]
    for a in particles:
        for b in particles:
            if a is not b:
                a.v = a.v + 0.1 * (b.x - a.x)
    for p in particles:
        p.step(0.1)
    return sum(p.energy() for p in particles)


@program(args=(0.8,))
def property_with_setter(x):
    class Circle:
        def __init__(self, r):
            self._r = r

        @property
        def area(self):
            return 3.0 * self._r**2

        @area.setter
        def area(self, value):
            self._r = (value / 3.0) ** 0.5

    c = Circle(x)
    c.area = c.area * x
    return c.area * c._r


@program(args=(0.8,))
def class_attribute_as_constant(x):
    layer = Layer(np.array([[x]]), np.zeros(1))
    layer.scale = x
    return np.sum(layer(np.ones(1))) * Layer.scale


class Model:
    def __init__(self, rate):
        self.rate = rate
        self.table = np.array([1.0, 2.0, 3.0])

    def loss(self, x):
        return np.sum(self.table * x**2) * self.rate


program(args=(numbers(3),))(Model(0.7).loss)
