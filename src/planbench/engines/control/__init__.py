"""Earned value, earned schedule, forecasts and cash: where cost and time stand at a data date."""
