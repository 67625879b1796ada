"""The Contract workspace: what the contract asks of the programme, evidence, and deadlines."""
