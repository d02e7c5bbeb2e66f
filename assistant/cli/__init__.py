"""The `cabin` command, one file a subcommand, loaded when called."""
