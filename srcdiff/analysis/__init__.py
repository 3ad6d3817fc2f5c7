"""Analyses: from a tree to a table. None of them changes the tree."""
