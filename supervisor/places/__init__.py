"""Where workers live: this machine, behind a seam that another one could stand behind too."""
