"""What people do with telephones, each as a small function that returns what truly happened."""
