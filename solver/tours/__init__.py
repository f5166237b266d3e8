"""Weekly tours for any head count: groups of like people, never person by person."""
