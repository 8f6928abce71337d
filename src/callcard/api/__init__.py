"""What programs and devices ask: phone books of desk phones, address books of mobiles."""
