"""What the policy may say, and how a signed one is read."""
