"""The Quality workspace: rulesets, metrics, findings and their evidence."""
