"""Resource loading: units and costs of assignments over time, against what can be had."""
