"""Workbooks, for which the engine has no reader."""
