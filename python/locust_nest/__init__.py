"""What locust-nest has and Locust has not: model directories, weights, helper processes."""
