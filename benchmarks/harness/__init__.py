"""The test harness of the drills: replicas as processes, simulated users, and the report of a drill."""
