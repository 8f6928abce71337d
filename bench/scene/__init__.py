"""What the benches of the whole program need around it: databases, people, desks, a screen, an exchange."""
