"""Tables of people who log in: users, sessions, audit."""
