"""The lean passes: from the general form of the two sweeps to what an expert would have written."""
