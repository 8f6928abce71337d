"""SIP phones that do what a script tells them. They send no sound."""
