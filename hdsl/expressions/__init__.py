"""Expressions of the model graph, and the one evaluator."""
