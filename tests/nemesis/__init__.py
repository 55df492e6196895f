"""Random faults under a steady load of deploys, and a checker that reads what came of it."""
