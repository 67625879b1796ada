"""Resource levelling: when work can be done with the resources there are."""
