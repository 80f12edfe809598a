"""Where workers live, and where they are proven gone: this machine, behind a seam for another one."""
