"""Schedule quality: metrics as records with a small function each, gathered in rulesets."""
