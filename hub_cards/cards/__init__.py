"""Cards of models and data sets, written from the facts and checked."""
