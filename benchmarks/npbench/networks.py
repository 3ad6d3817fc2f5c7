"""Neural networks with loops over windows: a perceptron, LeNet, a residual block."""

import numpy as np

from benchmarks.npbench.registry import kernel, numbers


def relu(x):
    """The positive part."""
    return np.maximum(x, 0)


def softmax(x):
    """Along the last axis, shifted by the maximum."""
    shifted = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return shifted / np.sum(shifted, axis=-1, keepdims=True)


def mlp(inputs, w1, b1, w2, b2, w3, b3):
    """Two hidden layers, and probabilities."""
    x = relu(inputs @ w1 + b1)
    x = relu(x @ w2 + b2)
    return softmax(x @ w3 + b3)


@kernel(
    lambda n: (
        numbers(2, n) - 1.0, numbers(n, 5) - 1.0, numbers(5), numbers(5, 4) - 1.0, numbers(4), numbers(4, 3), numbers(3)
    ),
    small=3,
)  # fmt: skip
def mlp_loss(inputs, w1, b1, w2, b2, w3, b3):
    return -np.sum(np.log(mlp(inputs, w1, b1, w2, b2, w3, b3)[:, 0]))


def convolved(inputs, weights):
    """A convolution of images (n, height, width, channels) without padding, window by window."""
    k = weights.shape[0]
    n, height, width = inputs.shape[0], inputs.shape[1] - k + 1, inputs.shape[2] - k + 1
    output = np.empty((n, height, width, weights.shape[3]), dtype=inputs.dtype)
    for i in range(height):
        for j in range(width):
            output[:, i, j, :] = np.sum(
                inputs[:, i : i + k, j : j + k, :, np.newaxis] * weights[np.newaxis, :, :, :], axis=(1, 2, 3)
            )
    return output


def pooled(x):
    """The greatest of every two by two."""
    output = np.empty([x.shape[0], x.shape[1] // 2, x.shape[2] // 2, x.shape[3]], dtype=x.dtype)
    for i in range(x.shape[1] // 2):
        for j in range(x.shape[2] // 2):
            output[:, i, j, :] = np.max(x[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2, :], axis=(1, 2))
    return output


def lenet(images, conv1, bias1, conv2, bias2, w1, b1, w2, b2):
    """Two convolutions with pooling, two dense layers."""
    x = relu(convolved(images, conv1) + bias1)
    x = pooled(x)
    x = relu(convolved(x, conv2) + bias2)
    x = pooled(x)
    x = np.reshape(x, (x.shape[0], w1.shape[0]))
    x = relu(x @ w1 + b1)
    return x @ w2 + b2


@kernel(
    lambda n: (
        numbers(n, 8, 8, 1), numbers(3, 3, 1, 2) - 0.9, numbers(2), numbers(2, 2, 2, 2) - 0.9, numbers(2),
        numbers(2, 3) - 0.8, numbers(3), numbers(3, 2), numbers(2),
    ),
    small=1,
)  # fmt: skip
def lenet_loss(images, conv1, bias1, conv2, bias2, w1, b1, w2, b2):
    return np.sum(lenet(images, conv1, bias1, conv2, bias2, w1, b1, w2, b2) ** 2)


def normalised(x, eps=1e-5):
    """Batch normalisation."""
    mean = np.mean(x, axis=0, keepdims=True)
    std = np.std(x, axis=0, keepdims=True)
    return (x - mean) / np.sqrt(std + eps)


def resnet(inputs, conv1, conv2, conv3):
    """A bottleneck block with its shortcut; the middle convolution is padded."""
    padded = np.zeros((inputs.shape[0], inputs.shape[1] + 2, inputs.shape[2] + 2, conv1.shape[3]))
    padded[:, 1:-1, 1:-1, :] = convolved(inputs, conv1)
    x = normalised(padded)
    x = relu(x)
    x = convolved(x, conv2)
    x = normalised(x)
    x = relu(x)
    x = convolved(x, conv3)
    x = normalised(x)
    return relu(x + inputs)


@kernel(
    lambda n: (
        numbers(2, n, n, 2), numbers(1, 1, 2, 3) - 0.9, numbers(3, 3, 3, 3) - 0.9, numbers(1, 1, 3, 2) - 0.9
    ),
    small=3,
)  # fmt: skip
def resnet_loss(inputs, conv1, conv2, conv3):
    return np.sum(resnet(inputs, conv1, conv2, conv3) ** 2)
