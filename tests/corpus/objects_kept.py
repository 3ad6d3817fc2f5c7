"""Objects that escape: into lists, dictionaries and other objects, out of branches and loops, rebound, returned."""

from dataclasses import dataclass, field

import numpy as np

from tests.corpus.registry import numbers, program


class Node:
    count = 0

    def __init__(self, value, children=()):
        self.value = value
        self.children = list(children)

    def total(self):
        return self.value + sum(child.value for child in self.children)

    def scale(self, factor):
        self.value = self.value * factor
        for child in self.children:
            child.value = child.value * factor
        return self


class Vector:
    def __init__(self, components):
        self.components = components

    def __add__(self, other):
        return Vector([a + b for a, b in zip(self.components, other.components)])

    def __mul__(self, factor):
        return Vector([a * factor for a in self.components])

    __rmul__ = __mul__

    def __neg__(self):
        return self * -1.0

    def __getitem__(self, k):
        return self.components[k]

    def __len__(self):
        return len(self.components)

    def __iter__(self):
        return iter(self.components)

    def __abs__(self):
        return sum(a * a for a in self.components) ** 0.5


class Accumulator:
    def __init__(self):
        self.total = 0.0
        self.seen = []

    def __iadd__(self, value):
        self.total = self.total + value
        self.seen.append(value)
        return self

    def __call__(self, weight=1.0):
        return self.total * weight

    @property
    def mean(self):
        return self.total / len(self.seen)


@dataclass
class Body:
    position: np.ndarray
    mass: float
    trail: list = field(default_factory=list)

    def move(self, step):
        self.trail.append(self.position.copy())
        self.position += step / self.mass

    @property
    def travelled(self):
        return sum(np.sum((a - self.position) ** 2) for a in self.trail)


@dataclass(frozen=True)
class Interval:
    low: float
    high: float

    def __post_init__(self):
        object.__setattr__(self, "width", self.high - self.low)

    def __mul__(self, other):
        return Interval(self.low * other.low, self.high * other.high)

    @classmethod
    def around(cls, centre, radius):
        return cls(centre - radius, centre + radius)


@program(args=(0.8, 0.7), refused="may or may not share memory")
def objects_in_a_dictionary(x, y):
    shelf = {"a": Node(x), "b": Node(y)}
    shelf["a"].value = shelf["a"].value * y
    shelf["c"] = shelf["a"]
    shelf["c"].scale(x)
    return shelf["a"].value * shelf["b"].value


@program(args=(numbers(3),), refused="the attribute `.value`")
def tree_of_objects(x):
    leaves = [Node(v * v) for v in x]
    root = Node(x[0] * x[1], leaves)
    root.scale(x[2]).scale(0.5)
    leaves[0].value = leaves[1].value * 2.0
    return root.total() * len(root.children)


@program(args=(0.8, 0.7, True))
def object_from_a_branch(x, y, flag):
    if flag:
        node = Node(x * y)
    else:
        node = Node(y, [Node(x)])
    node.extra = node.value * x
    if x > 0.5:
        node.value = node.extra + y
    return node.total() * node.extra


@program(args=(0.8, 0.3), refused="an operator of a class")
def object_rebound_in_a_loop(x, dt):
    state = Vector([x, 1.0])
    for _ in range(3):
        rate = Vector([state[1], -state[0]])
        state = state + rate * dt
    return abs(state) * state[0] + len(state)


@program(args=(0.8, 0.7), refused="to the left of a `Vector`")
def operators_on_vectors(x, y):
    a, b = Vector([x, y, 1.0]), Vector([y, y, x])
    c = -(a + b * x) + 2.0 * a
    return sum(c) * c[1] - abs(a)


@program(args=(numbers(4),), refused="may or may not share memory")
def accumulator(x):
    acc = Accumulator()
    for item in x:
        acc += item * item
    return acc(weight=x[0]) * acc.mean + acc.seen[1]


@program(args=(numbers(2), 0.7))
def array_in_a_dataclass_moved(position, mass):
    body = Body(position * 1.0, mass)
    for k in range(3):
        body.move(body.position * 0.1 * (k + 1))
    return body.travelled * body.mass


@program(args=(numbers(2), numbers(2, seed=1), 0.7))
def bodies_in_a_list(p, q, mass):
    bodies = [Body(p.copy(), mass), Body(q.copy(), mass * 2.0)]
    for _ in range(1):
        for body in bodies:
            for other in bodies:
                if other is not body:
                    body.position = body.position + 0.1 * other.mass * (other.position - body.position)
    bodies[0].mass = bodies[1].mass * bodies[0].mass
    return sum(np.sum(b.position**2) * b.mass for b in bodies)


@program(args=(0.8, 0.3))
def frozen_with_post_init(x, r):
    a = Interval.around(x, r)
    b = a * Interval(r, x)
    return a.width * b.width + b.high


@program(args=(0.8, 0.3), gradient=Interval(1.0, -2.0))
def frozen_object_returned(x, r):
    return Interval.around(x * x, r)


@program(args=(0.8, 0.7))
def object_passed_to_helpers(x, y):
    def shift(node, by):
        node.value = node.value + by
        return node

    first = Node(x)
    second = shift(shift(first, y), x * y)
    pair = (first, second)
    pair[0].value = pair[0].value * x
    return second.value


@program(args=(0.8, 0.7))
def class_counter_and_instance_attribute(x, y):
    nodes = []
    for value in (x, y, x * y):
        node = Node(value)
        node.count = node.count + len(nodes)
        nodes.append(node)
    return sum(node.value * node.count for node in nodes) + Node.count


@program(args=(0.8,))
def objects_swapped(x):
    a, b = Node(x), Node(x * x)
    for k in range(3):
        a, b = b, a
        a.value = a.value * b.value + k
    return a.value - b.value


@program(args=(0.8, 0.7), refused="the attribute `.value`")
def linked_list(x, y):
    head = None
    for k in range(4):
        node = Node(x * (k + 1))
        node.next = head
        head = node
    total = 0.0
    while head is not None:
        total = total * y + head.value
        head = head.next
    return total
