"""ProtoBERT, NNShot and StructShot: words of a query are compared with those of a support."""
