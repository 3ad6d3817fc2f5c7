"""Models as in statistics libraries: objects with data, options, counters and caches, whose methods are maximised."""

import threading
from dataclasses import dataclass, field

import numpy as np

from tests.corpus.registry import numbers, program


class Results:
    def __init__(self, model, params):
        self.model = model
        self.params = params

    @property
    def fitted(self):
        return self.model.exog @ self.params

    @property
    def resid(self):
        return self.model.endog - self.fitted

    def ssr(self):
        return np.sum(self.resid**2)


class Model:
    def __init__(self, endog, exog):
        self.endog = np.asarray(endog)
        self.exog = np.asarray(exog)
        self.nobs, self.k_vars = self.exog.shape
        self.nfev = 0
        self._cache = {}

    def predict(self, params, exog=None):
        if exog is None:
            exog = self.exog
        return np.dot(exog, params)

    @property
    def df_resid(self):
        return self.nobs - self.k_vars

    def weights(self):
        if "weights" not in self._cache:
            self._cache["weights"] = 1.0 / (1.0 + np.arange(self.nobs))
        return self._cache["weights"]


class LeastSquares(Model):
    def loglike(self, params):
        self.nfev += 1
        resid = self.endog - self.predict(params)
        ssr = np.sum(self.weights() * resid**2)
        return -0.5 * self.nobs * np.log(ssr / self.nobs) - 0.5 * self.df_resid

    def fit_value(self, params):
        results = Results(self, params)
        return results.ssr() + np.sum(results.fitted)


class Poisson(Model):
    offset = 0.1

    def __init__(self, endog, exog, **options):
        super().__init__(endog, exog)
        self.options = {"penalty": 0.01, **options}

    def predict(self, params, exog=None, linear=False):
        eta = super().predict(params, exog) + self.offset
        return eta if linear else np.exp(eta)

    def loglikeobs(self, params):
        eta = self.predict(params, linear=True)
        return self.endog * eta - np.exp(eta)

    def loglike(self, params):
        return np.sum(self.loglikeobs(params)) - self.options["penalty"] * np.sum(params**2)


class Stateful(Model):
    """Keeps what it computed in attributes, as old code does."""

    def loglike(self, params):
        self.params = params
        self._update()
        self.history = [self.scale]
        return -np.sum(self.resid**2) / self.scale - len(self.history)

    def _update(self):
        self.fitted = self.exog @ self.params
        self.resid = self.endog - self.fitted
        self.scale = 1.0 + np.mean(self.resid**2)


class Filter(Model):
    """A Kalman filter with its state in attributes."""

    def __init__(self, endog):
        self.endog = np.asarray(endog)
        self.nfev = 0
        self.converged = False

    def initialize(self):
        self.state, self.variance = 0.0, 1.0
        self.loglikelihood = 0.0

    def step(self, y, q, r):
        predicted = self.variance + q
        gain = predicted / (predicted + r)
        innovation = y - self.state
        self.loglikelihood -= 0.5 * (np.log(predicted + r) + innovation**2 / (predicted + r))
        self.state = self.state + gain * innovation
        self.variance = (1.0 - gain) * predicted

    def loglike(self, params):
        self.initialize()
        self.nfev += 1
        for t, y in enumerate(self.endog):
            self.step(y, params[0], params[1])
            self.last = t
        return self.loglikelihood


class Local(threading.local):
    scale = 2.0

    def __init__(self):
        self.calls = 0


class Threaded:
    local = Local()

    def evaluate(self, x, amplitude, width):
        self.local.calls += 1
        return amplitude * np.exp(-((x / width) ** 2)) * self.local.scale


class Gaussian:
    names = ("amplitude", "center", "sigma")

    def __init__(self, prefix=""):
        self.prefix = prefix
        self.ncalls = 0

    def evaluate(self, x, *params):
        self.ncalls += 1
        values = dict(zip(self.names, params))
        return values["amplitude"] * np.exp(-0.5 * ((x - values["center"]) / values["sigma"]) ** 2)

    def residual(self, params, data, x):
        return np.sum((self.evaluate(x, *params) - data) ** 2)


class Composite:
    def __init__(self, left, right, op):
        self.left, self.right, self.op = left, right, op

    def eval(self, x, params):
        return self.op(self.left.evaluate(x, *params[:3]), self.right.evaluate(x, *params[3:]))

    def __call__(self, x, params):
        return np.sum(self.eval(x, params) ** 2)


@dataclass
class Workspace:
    matrix: np.ndarray
    buffer: np.ndarray = field(default_factory=lambda: np.zeros(3))
    count: int = 0

    def apply(self, x):
        self.count += 1
        self.buffer[:] = self.matrix @ x
        return self.buffer @ x


class Schedule:
    def __init__(self, rates):
        self.rates = rates
        self.position = 0

    def __iter__(self):
        return iter(self.rates)

    def __len__(self):
        return len(self.rates)

    def next_rate(self):
        rate = self.rates[self.position]
        self.position = (self.position + 1) % len(self.rates)
        return rate


DATA = np.array([0.3, 1.2, 0.7, 1.9]), np.array([[1.0, 0.1], [1.0, 0.7], [1.0, 0.9], [1.0, 1.6]])

program(args=(numbers(2),))(LeastSquares(*DATA).loglike)
program(args=(numbers(2),))(LeastSquares(*DATA).fit_value)
program(args=(numbers(2),))(Poisson(*DATA, penalty=0.3).loglike)
program(args=(numbers(2),))(Stateful(*DATA).loglike)
program(args=(numbers(2),))(Filter(DATA[0]).loglike)
program(args=(np.array([0.1, 0.5, 0.9]), 1.2, 0.8))(Threaded().evaluate)
program(args=(numbers(3), numbers(4), np.linspace(0.0, 1.0, 4)), wrt="params", refused="starred|rule for")(
    Gaussian().residual
)
program(args=(np.linspace(0.0, 1.0, 4), numbers(6)), wrt="params", refused="starred|rule for")(
    Composite(Gaussian("a"), Gaussian("b"), np.add).__call__
)
program(args=(numbers(3),), refused="an attribute of `self`")(
    Workspace(np.array([[1.0, 0.2, 0.0], [0.3, 2.0, 0.1], [0.0, 0.4, 1.5]])).apply
)


@program(args=(numbers(2),), refused="no rule for `model.loglike`")
def several_models(params):
    models = [LeastSquares(*DATA), Poisson(*DATA)]
    return sum(model.loglike(params) for model in models) + models[0].nfev


@program(args=(numbers(2), numbers(4)))
def model_made_of_arguments(params, endog):
    model = LeastSquares(endog, DATA[1])
    return model.loglike(params) + model.loglike(params * 0.5) + model.nfev


@program(args=(numbers(2), numbers(4)))
def stateful_model_made_here(params, endog):
    model = Stateful(endog, DATA[1])
    first = model.loglike(params)
    return first * np.sum(model.resid) + model.scale


@program(args=(numbers(2), LeastSquares(*DATA)), wrt="params")
def model_as_an_argument(params, model):
    return model.loglike(params) + model.df_resid * np.sum(model.exog @ params)


@program(args=(0.8,))
def learning_rates(x):
    schedule = Schedule([0.1, 0.2, 0.05])
    for _ in range(5):
        x = x - schedule.next_rate() * (x**3 - 1.0)
    for rate in schedule:
        x = x * (1.0 - rate)
    return x * len(schedule)


MODULE_MODEL = Poisson(*DATA)


@program(args=(numbers(2),))
def model_of_the_module(params):
    return MODULE_MODEL.loglike(params) * MODULE_MODEL.nobs


class Optimiser:
    def __init__(self, rate, momentum=0.9):
        self.rate, self.momentum = rate, momentum
        self.velocity = {}

    def update(self, params, grads):
        for key in params:
            if key not in self.velocity:
                self.velocity[key] = np.zeros_like(params[key])
            self.velocity[key] = self.momentum * self.velocity[key] - self.rate * grads[key]
            params[key] = params[key] + self.velocity[key]
        return params


@program(args=({"w": numbers(3), "b": numbers(2, seed=1)}, 0.3))
def optimiser_with_state(params, rate):
    optimiser = Optimiser(rate)
    for _ in range(3):
        grads = {key: 2.0 * value * value for key, value in params.items()}
        params = optimiser.update(params, grads)
    return np.sum(params["w"]) * np.sum(params["b"] ** 2)
