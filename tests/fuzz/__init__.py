"""Random programs against the complex step."""
