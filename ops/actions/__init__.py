"""What the commands do, without their options and without their printing."""
