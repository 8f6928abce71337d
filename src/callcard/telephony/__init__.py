"""What a call is, whichever PBX carries it. Pure: no Django, no I/O, no clock of its own."""
