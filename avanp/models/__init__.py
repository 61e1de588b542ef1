"""Estimators with scikit-learn's habits, one file a model."""
