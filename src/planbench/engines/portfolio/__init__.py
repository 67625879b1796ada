"""Which projects to launch, delay or stop: register, finance, priorities, selection, balance."""
