"""How a pre-training begins: two encoders whose vectors are centered, and logits that suit the loss."""
