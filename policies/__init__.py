"""What may happen: commands, decisions, the rule table, the gate, challenges and permits."""
